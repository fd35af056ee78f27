-- +goose Up

-- Where people are with a problem: all its clusters have the same row. Times are ms since
-- 1970 by the wall clock. records is how many the cluster had then: those that came since
-- are told from it.
CREATE TABLE status (
  cluster TEXT PRIMARY KEY,
  state   TEXT NOT NULL CHECK (state IN ('open', 'in_work', 'resolved', 'ignored')),
  owner   TEXT NOT NULL,
  version TEXT NOT NULL, -- that resolves it
  ticket  TEXT NOT NULL,
  runbook TEXT NOT NULL,
  until   BIGINT NOT NULL, -- of ignored, 0 for ever
  at      BIGINT NOT NULL,
  author  TEXT NOT NULL,
  times   BIGINT NOT NULL, -- that it came back before
  records BIGINT NOT NULL
);
