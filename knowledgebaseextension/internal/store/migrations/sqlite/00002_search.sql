-- +goose Up

-- What a search by words looks into: the text of each template, the keywords of
-- each cluster (id is the template's or the cluster's). Triggers keep it. It is not
-- part of those tables because their rows change with every count.
CREATE TABLE search (
  n       INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('template', 'keywords')),
  id      TEXT NOT NULL,
  cluster TEXT NOT NULL,
  text    TEXT NOT NULL,
  UNIQUE (kind, id)
);
INSERT INTO search (kind, id, cluster, text) SELECT 'template', id, cluster, text FROM templates;
INSERT INTO search (kind, id, cluster, text) SELECT 'keywords', id, id, keywords FROM clusters WHERE keywords <> '[]';
CREATE INDEX search_by_cluster ON search (cluster);

-- A search looks for services, too, and what is new depends on when its service
-- was.
CREATE INDEX clusters_by_partition ON clusters (partition, first_seen);

-- All sequences of three characters, so that a part of a word is found, too. It
-- says which rows may hold a word; whoever asks looks at their text.
CREATE VIRTUAL TABLE search_grams USING fts5 (text, content = 'search', content_rowid = 'n', tokenize = 'trigram', detail = 'none', columnsize = 0);
INSERT INTO search_grams (search_grams) VALUES ('rebuild');

-- +goose StatementBegin
CREATE TRIGGER search_inserted AFTER INSERT ON search BEGIN
  INSERT INTO search_grams (rowid, text) VALUES (NEW.n, NEW.text);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_updated AFTER UPDATE OF text ON search BEGIN
  INSERT INTO search_grams (search_grams, rowid, text) VALUES ('delete', OLD.n, OLD.text);
  INSERT INTO search_grams (rowid, text) VALUES (NEW.n, NEW.text);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_deleted AFTER DELETE ON search BEGIN
  INSERT INTO search_grams (search_grams, rowid, text) VALUES ('delete', OLD.n, OLD.text);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER templates_searched AFTER INSERT ON templates BEGIN
  INSERT INTO search (kind, id, cluster, text) VALUES ('template', NEW.id, NEW.cluster, NEW.text);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER templates_reworded AFTER UPDATE OF text ON templates WHEN NEW.text <> OLD.text BEGIN
  UPDATE search SET text = NEW.text WHERE kind = 'template' AND id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER templates_moved AFTER UPDATE OF cluster ON templates WHEN NEW.cluster <> OLD.cluster BEGIN
  UPDATE search SET cluster = NEW.cluster WHERE kind = 'template' AND id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER templates_left AFTER DELETE ON templates BEGIN
  DELETE FROM search WHERE kind = 'template' AND id = OLD.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER clusters_searched AFTER INSERT ON clusters WHEN NEW.keywords <> '[]' BEGIN
  INSERT INTO search (kind, id, cluster, text) VALUES ('keywords', NEW.id, NEW.id, NEW.keywords);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clusters_reworded AFTER UPDATE OF keywords ON clusters WHEN NEW.keywords <> OLD.keywords BEGIN
  INSERT INTO search (kind, id, cluster, text) VALUES ('keywords', NEW.id, NEW.id, NEW.keywords)
    ON CONFLICT (kind, id) DO UPDATE SET text = excluded.text;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clusters_left AFTER DELETE ON clusters BEGIN
  DELETE FROM search WHERE kind = 'keywords' AND id = OLD.id;
END;
-- +goose StatementEnd
