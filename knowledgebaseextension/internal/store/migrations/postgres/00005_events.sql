-- +goose Up

-- What processors save: one row a pass and partition, only ever added, so that no
-- writer waits for another. One collector at a time folds them into the tables above;
-- the others read them here. Who has read up to a snapshot finds with
-- pg_visible_in_snapshot exactly what was committed since, in whatever order.
CREATE TABLE events (
  id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid       XID8 NOT NULL DEFAULT pg_current_xact_id(),
  writer    TEXT NOT NULL,             -- empty for what the fold has to say to reader
  number    BIGINT NOT NULL,           -- of the writer's passes: to save one twice is to save it once
  part      INTEGER NOT NULL,
  reader    TEXT NOT NULL DEFAULT '',  -- empty for all
  partition TEXT NOT NULL,
  structure BOOLEAN NOT NULL,          -- more than counts: others must read it
  folded    BOOLEAN NOT NULL DEFAULT FALSE,
  at        BIGINT NOT NULL DEFAULT now_ms(),
  body      BYTEA NOT NULL,            -- Go's encoding/gob, of rows
  UNIQUE (writer, number, part)
);
CREATE INDEX events_by_xid ON events (xid) WHERE structure;
CREATE INDEX events_to_fold ON events (id) WHERE NOT folded;
CREATE TRIGGER events_announce AFTER INSERT ON events
  FOR EACH STATEMENT EXECUTE FUNCTION announce();

-- Who re-clusters a partition. Apart from partitions, whose rows the fold holds for as
-- long as it takes; the columns there are for collectors of the version before.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  BIGINT NOT NULL
);

-- What was seen last is restored first.
CREATE INDEX templates_latest ON templates (last_seen);
CREATE INDEX shapes_by_partition ON shapes (partition, last_seen);

-- What a generalisation covers: earlier versions saved all of it.
CREATE INDEX shapes_covered ON shapes (template) WHERE slots = 0 AND masked = '' AND hash <> template;
CREATE INDEX shapes_kept ON shapes (template) WHERE NOT (slots = 0 AND masked = '' AND hash <> template);

-- Who changes a solution holds the revision, and with it all others who do. A session
-- that sits there with its transaction open loses it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION lock_revision() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('idle_in_transaction_session_timeout') = '0' THEN
    PERFORM set_config('idle_in_transaction_session_timeout', '10s', TRUE);
  END IF;
  PERFORM 1 FROM revision FOR UPDATE;
  RETURN NULL;
END $$;
-- +goose StatementEnd
