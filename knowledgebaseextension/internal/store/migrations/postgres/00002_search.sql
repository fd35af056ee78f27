-- +goose Up

-- What a search by words looks into: the text of each template, the keywords of
-- each cluster (id is the template's or the cluster's). Triggers keep it. It is not
-- part of those tables because their rows change with every count.
CREATE TABLE search (
  kind    TEXT NOT NULL CHECK (kind IN ('template', 'keywords')),
  id      TEXT NOT NULL,
  cluster TEXT NOT NULL,
  text    TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);
INSERT INTO search (kind, id, cluster, text) SELECT 'template', id, cluster, text FROM templates;
INSERT INTO search (kind, id, cluster, text) SELECT 'keywords', id, id, keywords FROM clusters WHERE keywords <> '[]';
CREATE INDEX search_by_cluster ON search (cluster);

-- A search looks for services, too, and what is new depends on when its service
-- was.
CREATE INDEX clusters_by_partition ON clusters (partition, first_seen);

-- All sequences of three characters, so that a part of a word is found, too. It
-- says which rows may hold a word; whoever asks looks at their text. What the
-- extension pg_trgm does, without one. The cost keeps the planner from computing
-- it for every row.
-- +goose StatementBegin
CREATE FUNCTION grams(content TEXT) RETURNS TEXT[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
  low   TEXT := lower(content);
  grams TEXT[] := '{}';
BEGIN
  FOR i IN 1 .. length(low) - 2 LOOP
    grams[i] := substr(low, i, 3);
  END LOOP;
  RETURN grams;
END $$;
-- +goose StatementEnd
CREATE INDEX search_by_grams ON search USING gin (grams(text));

-- +goose StatementBegin
CREATE FUNCTION templates_added() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search (kind, id, cluster, text) SELECT 'template', id, cluster, text FROM added;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER templates_added AFTER INSERT ON templates
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION templates_added();

-- +goose StatementBegin
CREATE FUNCTION template_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE search SET cluster = NEW.cluster, text = NEW.text WHERE kind = 'template' AND id = NEW.id;
  ELSE
    DELETE FROM search WHERE kind = 'template' AND id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER templates_changed AFTER UPDATE OF text, cluster ON templates
  FOR EACH ROW WHEN (NEW.text <> OLD.text OR NEW.cluster <> OLD.cluster) EXECUTE FUNCTION template_changed();
CREATE TRIGGER templates_left AFTER DELETE ON templates
  FOR EACH ROW EXECUTE FUNCTION template_changed();

-- +goose StatementBegin
CREATE FUNCTION clusters_added() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search (kind, id, cluster, text) SELECT 'keywords', id, id, keywords FROM added WHERE keywords <> '[]';
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER clusters_added AFTER INSERT ON clusters
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION clusters_added();

-- +goose StatementBegin
CREATE FUNCTION cluster_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO search (kind, id, cluster, text) VALUES ('keywords', NEW.id, NEW.id, NEW.keywords)
      ON CONFLICT (kind, id) DO UPDATE SET text = excluded.text;
  ELSE
    DELETE FROM search WHERE kind = 'keywords' AND id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER clusters_changed AFTER UPDATE OF keywords ON clusters
  FOR EACH ROW WHEN (NEW.keywords <> OLD.keywords) EXECUTE FUNCTION cluster_changed();
CREATE TRIGGER clusters_left AFTER DELETE ON clusters
  FOR EACH ROW EXECUTE FUNCTION cluster_changed();
