-- +goose Up

-- What a decision of a person changed, so that it can be undone: rev and until are the
-- revisions that it took, before is in JSON, undone the revision that took it back.
CREATE TABLE decisions (
  rev    BIGINT PRIMARY KEY,
  until  BIGINT NOT NULL,
  action TEXT NOT NULL,
  before TEXT NOT NULL,
  undone BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX decisions_undone ON decisions (undone);

-- An alias whose target is itself is of a cluster that is part of no other any more.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION solution_fill() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM aliases WHERE kind = 'cluster' AND id = NEW.cluster AND target <> NEW.cluster) THEN
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
