-- +goose Up

-- The last save of each processor: the number that its transaction bore. A processor
-- that lost the connection while it committed asks here. at is ms since 1970 by the
-- wall clock, of the processor.
CREATE TABLE saves (
  writer    TEXT NOT NULL,
  partition TEXT NOT NULL,
  number    BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (writer, partition)
);
