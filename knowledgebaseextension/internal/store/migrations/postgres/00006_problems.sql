-- +goose Up

-- A problem has one solution and any number of clusters, of any partition: all of them
-- have its row in solutions. A cluster that is no member is a problem of its own. One
-- that is not known yet waits: partition and says are what an import said of it.
CREATE TABLE members (
  cluster   TEXT PRIMARY KEY,
  problem   TEXT NOT NULL, -- the ID of the cluster that was its first, and the revision
  partition TEXT NOT NULL DEFAULT '',
  says      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX members_by_problem ON members (problem);

-- The hash of what a cluster says, in 16 hex digits, equal in all partitions; empty
-- until it is filled in, '-' of one that a person made.
ALTER TABLE clusters ADD COLUMN statement TEXT NOT NULL DEFAULT '';
CREATE INDEX clusters_by_statement ON clusters (statement);

CREATE INDEX solutions_by_version ON solutions (version);

-- Actions have no fixed list any more.
ALTER TABLE history DROP CONSTRAINT history_action_check;

-- A row that is written with a negative version is a copy: it keeps what it is given,
-- and the history says nothing of it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION solution_fill() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM aliases WHERE kind = 'cluster' AND id = NEW.cluster) THEN
      RAISE EXCEPTION 'the cluster is part of another: see its target in aliases';
    END IF;
  END IF;
  IF NEW.version < 0 THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
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

-- What is written for one cluster of a problem holds for all. When one statement writes
-- several of them, the last of these texts holds.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION solution_note() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  of_problem TEXT;
  n BIGINT;
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT problem INTO of_problem FROM members WHERE cluster = OLD.cluster;
    n := next_revision();
    INSERT INTO history (rev, cluster, action, text, author, at)
      VALUES (n, OLD.cluster, 'solution', '', session_user, now_ms());
    UPDATE solutions s SET text = '', author = session_user, updated_at = now_ms(), version = -n
      WHERE s.text <> '' AND s.cluster IN (SELECT m.cluster FROM members m WHERE m.problem = of_problem);
    RETURN NULL;
  END IF;
  IF NEW.version < 0 THEN
    UPDATE solutions SET version = -NEW.version WHERE cluster = NEW.cluster AND version = NEW.version;
    RETURN NULL;
  END IF;
  INSERT INTO history (rev, cluster, action, text, author, at)
    VALUES (NEW.version, NEW.cluster, 'solution', NEW.text, NEW.author, NEW.updated_at);
  SELECT problem INTO of_problem FROM members WHERE cluster = NEW.cluster;
  IF of_problem IS NOT NULL THEN
    INSERT INTO solutions (cluster, text, author, updated_at, version)
      SELECT m.cluster, NEW.text, NEW.author, NEW.updated_at, -NEW.version FROM members m
      WHERE m.problem = of_problem AND m.cluster <> NEW.cluster
      ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at, version = excluded.version
      WHERE solutions.version < -excluded.version;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
