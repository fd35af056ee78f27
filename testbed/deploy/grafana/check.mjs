// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0
//
// Checks dashboards against Grafana's own types (@grafana/schema, which Grafana
// generates from its schema): node check.mjs DASHBOARD.json... in a directory with
// node_modules. Each JSON becomes a TypeScript literal, where the compiler finds
// unknown fields and wrong values.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const types = './node_modules/@grafana/schema/dist/types/raw';
const panels = {
  timeseries: 'TimeSeriesPanelCfg', stat: 'StatPanelCfg', table: 'TablePanelCfg', logs: 'LogsPanelCfg',
};
const lines = [
  `import type { Dashboard, Panel } from '${types}/dashboard/x/dashboard_types.gen';`,
  `import type { TableFieldOptions } from '@grafana/schema';`,
  ...Object.entries(panels).map(([type, file]) => `import type * as ${type} from '${types}/composable/${type}/panelcfg/x/${file}_types.gen';`),
  // What a type is in JSON: of an enumeration, its values. Grafana fills in what
  // is left out of a panel's options.
  'type Json<T> = unknown extends T ? T : T extends string ? `${T}` : T extends number | boolean | null | undefined ? T : { [K in keyof T]: Json<T[K]> };',
  'type Some<T> = unknown extends T ? T : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;',
];
const custom = { timeseries: 'timeseries.FieldConfig', table: 'TableFieldOptions' };
for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const say = (value, type, what) => lines.push(`// ${basename(file)}: ${what}`, `(${JSON.stringify(value)}) satisfies ${type};`);
  // What an annotation asks Prometheus is the data source's own and in none of the types.
  const annotations = { list: dashboard.annotations.list.map(({ expr, step, titleFormat, textFormat, ...rest }) => rest) };
  say({ ...dashboard, annotations, panels: [] }, 'Json<Dashboard>', 'dashboard');
  for (const panel of dashboard.panels) {
    say(panel, 'Json<Panel>', panel.title);
    if (!panels[panel.type]) throw new Error(`${file}: no types for panels of type ${panel.type}`);
    say(panel.options, `Some<Json<${panel.type}.Options>>`, `${panel.title}: options`);
    if (panel.fieldConfig.defaults?.custom) say(panel.fieldConfig.defaults.custom, `Some<Json<${custom[panel.type]}>>`, `${panel.title}: custom`);
  }
}
writeFileSync('dashboards.ts', lines.join('\n') + '\n');
try {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler', 'dashboards.ts']);
} catch (e) {
  for (const line of String(e.stdout).split('\n')) {
    const at = line.match(/^dashboards\.ts\((\d+),/);
    console.error(at && lines[at[1] - 2]?.startsWith('// ') ? `${lines[at[1] - 2].slice(3)}: ${line}` : line);
  }
  process.exit(1);
}
