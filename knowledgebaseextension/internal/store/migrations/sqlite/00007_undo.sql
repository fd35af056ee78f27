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
DROP TRIGGER solutions_of_alias;
-- +goose StatementBegin
CREATE TRIGGER solutions_of_alias BEFORE INSERT ON solutions
WHEN EXISTS (SELECT 1 FROM aliases WHERE kind = 'cluster' AND id = NEW.cluster AND target <> NEW.cluster) BEGIN
  SELECT RAISE(ABORT, 'the cluster is part of another: see its target in aliases');
END;
-- +goose StatementEnd
