-- +goose Up

-- One row. Whoever writes adds one, first of all: what a transaction writes bears
-- the number, and transactions are in its order.
CREATE TABLE revision (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  n  BIGINT NOT NULL
);
INSERT INTO revision VALUES (1, 0);

-- IDs are 16 hex digits. Times are of events, in ns since 1970, but for the
-- columns called saved_at, updated_at and until, and history's at: ms since 1970 by
-- the wall clock.
-- writer is the processor that wrote a row last, empty for a person.
CREATE TABLE clusters (
  id         TEXT PRIMARY KEY,
  partition  TEXT NOT NULL,
  keywords   TEXT NOT NULL DEFAULT '[]', -- a JSON array
  noise      BOOLEAN NOT NULL DEFAULT FALSE,
  first_seen BIGINT NOT NULL,
  last_seen  BIGINT NOT NULL,
  count      BIGINT NOT NULL DEFAULT 0,
  saved_at   BIGINT NOT NULL, -- when its lines last came, for retention
  rev        BIGINT NOT NULL,
  writer     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX clusters_by_rev ON clusters (rev);
CREATE INDEX clusters_by_count ON clusters (count, id);
CREATE INDEX clusters_by_first_seen ON clusters (first_seen, id);
CREATE INDEX clusters_by_last_seen ON clusters (last_seen, id);

CREATE TABLE templates (
  id         TEXT PRIMARY KEY,
  partition  TEXT NOT NULL,
  cluster    TEXT NOT NULL,
  text       TEXT NOT NULL,
  represents BOOLEAN NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen  BIGINT NOT NULL,
  count      BIGINT NOT NULL DEFAULT 0,
  rev        BIGINT NOT NULL,
  writer     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX templates_by_rev ON templates (rev);
CREATE INDEX templates_by_cluster ON templates (cluster);
CREATE INDEX templates_by_last_seen ON templates (partition, last_seen);

-- What templates are made of: the masked forms of lines, and generalisations of
-- several (slots > 0).
CREATE TABLE shapes (
  hash      TEXT NOT NULL,
  slots     SMALLINT NOT NULL,
  partition TEXT NOT NULL,
  template  TEXT NOT NULL,
  seq       BIGINT NOT NULL,
  founded   BOOLEAN NOT NULL,
  masked    TEXT NOT NULL,
  birth     BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  count     BIGINT NOT NULL DEFAULT 0,
  rev       BIGINT NOT NULL,
  writer    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (hash, slots)
);
CREATE INDEX shapes_by_rev ON shapes (rev);
CREATE INDEX shapes_by_template ON shapes (template);

-- What was once given out as id is part of target now.
CREATE TABLE aliases (
  kind      TEXT NOT NULL CHECK (kind IN ('template', 'cluster')),
  id        TEXT NOT NULL,
  target    TEXT NOT NULL,
  partition TEXT NOT NULL,
  at        BIGINT NOT NULL,
  rev       BIGINT NOT NULL,
  writer    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (kind, id)
);
CREATE INDEX aliases_by_rev ON aliases (rev);
CREATE INDEX aliases_by_target ON aliases (kind, target);

-- Clusters that a person took apart: nothing joins them again but a person.
CREATE TABLE apart (
  a         TEXT NOT NULL,
  b         TEXT NOT NULL,
  partition TEXT NOT NULL,
  rev       BIGINT NOT NULL,
  PRIMARY KEY (a, b),
  CHECK (a < b)
);
CREATE INDEX apart_by_rev ON apart (rev);

-- A few lines as they came.
CREATE TABLE samples (
  template TEXT NOT NULL,
  shape    TEXT NOT NULL,
  at       BIGINT NOT NULL,
  text     TEXT NOT NULL,
  PRIMARY KEY (template, shape)
);

-- Records of each minute, by event time: minute is minutes since 1970.
CREATE TABLE cluster_counts (
  cluster TEXT NOT NULL,
  minute  BIGINT NOT NULL,
  count   BIGINT NOT NULL,
  PRIMARY KEY (cluster, minute)
);
CREATE INDEX cluster_counts_by_minute ON cluster_counts (minute);

-- Where the stream of a partition stands, in JSON, and who re-clusters it.
CREATE TABLE partitions (
  name   TEXT PRIMARY KEY,
  clock  TEXT NOT NULL DEFAULT '',
  holder TEXT NOT NULL DEFAULT '',
  until  BIGINT NOT NULL DEFAULT 0,
  rev    BIGINT NOT NULL DEFAULT 0,
  writer TEXT NOT NULL DEFAULT ''
);

-- INSERT, UPDATE and DELETE here with any client: triggers do the rest.
CREATE TABLE solutions (
  cluster    TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  author     TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 0
);

-- What people did, by whatever way. Never changed.
CREATE TABLE history (
  rev     BIGINT NOT NULL,
  cluster TEXT NOT NULL,
  action  TEXT NOT NULL CHECK (action IN ('solution', 'merge', 'split', 'noise', 'signal')),
  text    TEXT NOT NULL,
  author  TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX history_by_rev ON history (rev);
CREATE INDEX history_by_cluster ON history (cluster);

-- +goose StatementBegin
CREATE TRIGGER solutions_of_alias BEFORE INSERT ON solutions
WHEN EXISTS (SELECT 1 FROM aliases WHERE kind = 'cluster' AND id = NEW.cluster) BEGIN
  SELECT RAISE(ABORT, 'the cluster is part of another: see its target in aliases');
END;
-- +goose StatementEnd

-- An UPDATE that leaves updated_at as it was comes from plain SQL, and so does an
-- INSERT without it.
-- +goose StatementBegin
CREATE TRIGGER solutions_inserted AFTER INSERT ON solutions BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE solutions SET version = (SELECT n FROM revision),
    author = CASE WHEN NEW.author = '' THEN 'sql' ELSE NEW.author END,
    updated_at = CASE WHEN NEW.updated_at = 0 THEN CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) ELSE NEW.updated_at END
    WHERE cluster = NEW.cluster;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT version, cluster, 'solution', text, author, updated_at FROM solutions WHERE cluster = NEW.cluster;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER solutions_updated AFTER UPDATE OF text ON solutions BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE solutions SET version = (SELECT n FROM revision),
    author = CASE WHEN NEW.updated_at = OLD.updated_at AND NEW.author = OLD.author THEN 'sql' ELSE NEW.author END,
    updated_at = CASE WHEN NEW.updated_at = OLD.updated_at THEN CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) ELSE NEW.updated_at END
    WHERE cluster = NEW.cluster;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT version, cluster, 'solution', text, author, updated_at FROM solutions WHERE cluster = NEW.cluster;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER solutions_deleted AFTER DELETE ON solutions BEGIN
  UPDATE revision SET n = n + 1;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT n, OLD.cluster, 'solution', '', 'sql', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM revision;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clusters_marked AFTER UPDATE OF noise ON clusters WHEN NEW.noise <> OLD.noise AND NEW.rev = OLD.rev BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE clusters SET rev = (SELECT n FROM revision), writer = '' WHERE id = NEW.id;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT n, NEW.id, CASE WHEN NEW.noise THEN 'noise' ELSE 'signal' END, '', 'sql', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM revision;
END;
-- +goose StatementEnd
