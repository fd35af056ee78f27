-- +goose Up

-- The loose cut: the ID of the oldest cluster of the same category.
ALTER TABLE clusters ADD COLUMN category TEXT NOT NULL DEFAULT '';

-- A person put the template into its cluster: its statement does not move it.
ALTER TABLE templates ADD COLUMN placed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE templates SET placed = TRUE WHERE (cluster IN (SELECT a FROM apart) OR cluster IN (SELECT b FROM apart))
  AND NOT EXISTS (SELECT 1 FROM templates t WHERE t.id = templates.cluster)
  AND NOT EXISTS (SELECT 1 FROM aliases WHERE kind = 'template' AND id = templates.cluster);

-- A person made one cluster part of another: whatever comes to have the statement
-- of id goes to target. Other aliases only say what became of an ID.
ALTER TABLE aliases ADD COLUMN person BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE aliases SET person = TRUE WHERE kind = 'cluster' AND writer = '';
