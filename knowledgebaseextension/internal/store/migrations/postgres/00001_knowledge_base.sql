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

-- An UPDATE that leaves updated_at as it was comes from plain SQL, and so does an
-- INSERT without it.
-- +goose StatementBegin
CREATE FUNCTION next_revision() RETURNS BIGINT LANGUAGE sql AS $$
  UPDATE revision SET n = n + 1 RETURNING n
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION now_ms() RETURNS BIGINT LANGUAGE sql AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT
$$;
-- +goose StatementEnd

-- The revision's lock comes before all others, so that nobody deadlocks.
-- +goose StatementBegin
CREATE FUNCTION lock_revision() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM revision FOR UPDATE;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER solutions_lock BEFORE INSERT OR UPDATE OR DELETE ON solutions
  FOR EACH STATEMENT EXECUTE FUNCTION lock_revision();
CREATE TRIGGER clusters_lock BEFORE UPDATE OF noise ON clusters
  FOR EACH STATEMENT EXECUTE FUNCTION lock_revision();

-- +goose StatementBegin
CREATE FUNCTION solution_fill() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM aliases WHERE kind = 'cluster' AND id = NEW.cluster) THEN
      RAISE EXCEPTION 'the cluster is part of another: see its target in aliases';
    END IF;
    IF NEW.author = '' THEN NEW.author := session_user; END IF;
    IF NEW.updated_at = 0 THEN NEW.updated_at := now_ms(); END IF;
  ELSIF NEW.updated_at = OLD.updated_at THEN
    IF NEW.author = OLD.author THEN NEW.author := session_user; END IF;
    NEW.updated_at := now_ms();
  END IF;
  NEW.version := next_revision();
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER solutions_fill BEFORE INSERT OR UPDATE OF text ON solutions
  FOR EACH ROW EXECUTE FUNCTION solution_fill();

-- +goose StatementBegin
CREATE FUNCTION solution_note() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO history (rev, cluster, action, text, author, at)
      VALUES (next_revision(), OLD.cluster, 'solution', '', session_user, now_ms());
  ELSE
    INSERT INTO history (rev, cluster, action, text, author, at)
      VALUES (NEW.version, NEW.cluster, 'solution', NEW.text, NEW.author, NEW.updated_at);
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER solutions_note AFTER INSERT OR UPDATE OF text OR DELETE ON solutions
  FOR EACH ROW EXECUTE FUNCTION solution_note();

-- +goose StatementBegin
CREATE FUNCTION cluster_marked() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  NEW.rev := next_revision();
  NEW.writer := '';
  INSERT INTO history (rev, cluster, action, text, author, at)
    VALUES (NEW.rev, NEW.id, CASE WHEN NEW.noise THEN 'noise' ELSE 'signal' END, '', session_user, now_ms());
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER clusters_marked BEFORE UPDATE OF noise ON clusters
  FOR EACH ROW WHEN (NEW.noise <> OLD.noise AND NEW.rev = OLD.rev) EXECUTE FUNCTION cluster_marked();

-- Everybody who listens learns of every commit.
-- +goose StatementBegin
CREATE FUNCTION announce() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('knowledge_base_' || current_schema(), '');
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revision_announce AFTER UPDATE ON revision
  FOR EACH STATEMENT EXECUTE FUNCTION announce();
