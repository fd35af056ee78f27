-- +goose Up

-- Who re-clusters a partition. The columns of partitions are for collectors of the
-- version before.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL
);

-- What was seen last is restored first.
CREATE INDEX templates_latest ON templates (last_seen);
CREATE INDEX shapes_by_partition ON shapes (partition, last_seen);

-- What a generalisation covers: earlier versions saved all of it.
CREATE INDEX shapes_covered ON shapes (template) WHERE slots = 0 AND masked = '' AND hash <> template;
CREATE INDEX shapes_kept ON shapes (template) WHERE NOT (slots = 0 AND masked = '' AND hash <> template);
