--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: announce(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.announce() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_notify('knowledge_base_' || current_schema(), '');
  RETURN NULL;
END $$;


--
-- Name: cluster_marked(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cluster_marked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.rev := next_revision();
  NEW.writer := '';
  INSERT INTO history (rev, cluster, action, text, author, at)
    VALUES (NEW.rev, NEW.id, CASE WHEN NEW.noise THEN 'noise' ELSE 'signal' END, '', session_user, now_ms());
  RETURN NEW;
END $$;


--
-- Name: lock_revision(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.lock_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM 1 FROM revision FOR UPDATE;
  RETURN NULL;
END $$;


--
-- Name: next_revision(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.next_revision() RETURNS bigint
    LANGUAGE sql
    AS $$
  UPDATE revision SET n = n + 1 RETURNING n
$$;


--
-- Name: now_ms(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.now_ms() RETURNS bigint
    LANGUAGE sql
    AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT
$$;


--
-- Name: solution_fill(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.solution_fill() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: solution_note(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.solution_note() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: aliases; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.aliases (
    kind text NOT NULL,
    id text NOT NULL,
    target text NOT NULL,
    partition text NOT NULL,
    at bigint NOT NULL,
    rev bigint NOT NULL,
    writer text DEFAULT ''::text NOT NULL,
    CONSTRAINT aliases_kind_check CHECK ((kind = ANY (ARRAY['template'::text, 'cluster'::text])))
);


--
-- Name: apart; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.apart (
    a text NOT NULL,
    b text NOT NULL,
    partition text NOT NULL,
    rev bigint NOT NULL,
    CONSTRAINT apart_check CHECK ((a < b))
);


--
-- Name: cluster_counts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cluster_counts (
    cluster text NOT NULL,
    minute bigint NOT NULL,
    count bigint NOT NULL
);


--
-- Name: clusters; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.clusters (
    id text NOT NULL,
    partition text NOT NULL,
    keywords text DEFAULT '[]'::text NOT NULL,
    noise boolean DEFAULT false NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    count bigint DEFAULT 0 NOT NULL,
    saved_at bigint NOT NULL,
    rev bigint NOT NULL,
    writer text DEFAULT ''::text NOT NULL
);


--
-- Name: history; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.history (
    rev bigint NOT NULL,
    cluster text NOT NULL,
    action text NOT NULL,
    text text NOT NULL,
    author text NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT history_action_check CHECK ((action = ANY (ARRAY['solution'::text, 'merge'::text, 'split'::text, 'noise'::text, 'signal'::text])))
);


--
-- Name: partitions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.partitions (
    name text NOT NULL,
    clock text DEFAULT ''::text NOT NULL,
    holder text DEFAULT ''::text NOT NULL,
    until bigint DEFAULT 0 NOT NULL,
    rev bigint DEFAULT 0 NOT NULL,
    writer text DEFAULT ''::text NOT NULL
);


--
-- Name: revision; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.revision (
    id bigint NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT revision_id_check CHECK ((id = 1))
);


--
-- Name: samples; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.samples (
    template text NOT NULL,
    shape text NOT NULL,
    at bigint NOT NULL,
    text text NOT NULL
);


--
-- Name: schema_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: schema_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.schema_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.schema_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: shapes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.shapes (
    hash text NOT NULL,
    slots smallint NOT NULL,
    partition text NOT NULL,
    template text NOT NULL,
    seq bigint NOT NULL,
    founded boolean NOT NULL,
    masked text NOT NULL,
    birth bigint NOT NULL,
    last_seen bigint NOT NULL,
    count bigint DEFAULT 0 NOT NULL,
    rev bigint NOT NULL,
    writer text DEFAULT ''::text NOT NULL
);


--
-- Name: solutions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.solutions (
    cluster text NOT NULL,
    text text NOT NULL,
    author text DEFAULT ''::text NOT NULL,
    updated_at bigint DEFAULT 0 NOT NULL,
    version bigint DEFAULT 0 NOT NULL
);


--
-- Name: templates; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.templates (
    id text NOT NULL,
    partition text NOT NULL,
    cluster text NOT NULL,
    text text NOT NULL,
    represents boolean NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    count bigint DEFAULT 0 NOT NULL,
    rev bigint NOT NULL,
    writer text DEFAULT ''::text NOT NULL
);


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.aliases VALUES ('cluster', '00000000000000b2', '00000000000000b1', 'shop', 1773478980000000000, 4, '');


--
-- Data for Name: apart; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.apart VALUES ('00000000000000a1', 'ca17e45bd3aa8b51', 'shop', 5);


--
-- Data for Name: cluster_counts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cluster_counts VALUES ('00000000000000a1', 29557980, 3);
INSERT INTO public.cluster_counts VALUES ('00000000000000a1', 29557981, 2);
INSERT INTO public.cluster_counts VALUES ('00000000000000b1', 29557982, 7);
INSERT INTO public.cluster_counts VALUES ('00000000000000b1', 29557983, 1);


--
-- Data for Name: clusters; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.clusters VALUES ('ca17e45bd3aa8b51', 'shop', '["word00a1"]', false, 1773478860000000000, 1773478860000000000, 2, 1795268502096, 5, '');
INSERT INTO public.clusters VALUES ('00000000000000a1', 'shop', '["word00a1"]', false, 1773478800000000000, 1773478860000000000, 3, 1795268502096, 5, '');
INSERT INTO public.clusters VALUES ('00000000000000b1', 'shop', '["word00b1"]', true, 1773478920000000000, 1773478980000000000, 8, 1795268502096, 6, '');


--
-- Data for Name: history; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.history VALUES (3, '00000000000000a1', 'solution', 'Run the migration.', 'ann', 1795268502105);
INSERT INTO public.history VALUES (4, '00000000000000b1', 'merge', '00000000000000b2', 'ann', 1795268502110);
INSERT INTO public.history VALUES (5, '00000000000000a1', 'split', '00000000000000a2', 'bob', 1795268502112);
INSERT INTO public.history VALUES (5, 'ca17e45bd3aa8b51', 'split', '00000000000000a2', 'bob', 1795268502112);
INSERT INTO public.history VALUES (6, '00000000000000b1', 'noise', '', 'cy', 1795268502113);


--
-- Data for Name: partitions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.partitions VALUES ('shop', '{"Boundary":10,"Birth":9,"Space":8,"Closed":8,"Ordinal":0,"Pending":null,"Done":true}', '', 0, 1, 'w');


--
-- Data for Name: revision; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.revision VALUES (1, 6);


--
-- Data for Name: samples; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.samples VALUES ('00000000000000a1', '00000000000000a1', 1773478800000000000, 'Table not found: users');


--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.schema_version VALUES (1, 0, true, '2026-11-21 13:41:42.038297');
INSERT INTO public.schema_version VALUES (2, 1, true, '2026-11-21 13:41:42.042054');


--
-- Data for Name: shapes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.shapes VALUES ('00000000000000a1', 0, 'shop', '00000000000000a1', 1, true, 'Table not found: <*>', 1773478800000000000, 1773478800000000000, 3, 1, 'w');
INSERT INTO public.shapes VALUES ('00000000000000a2', 0, 'shop', '00000000000000a2', 2, true, '<*>: no such table exists', 1773478860000000000, 1773478860000000000, 2, 1, 'w');
INSERT INTO public.shapes VALUES ('00000000000000b1', 0, 'shop', '00000000000000b1', 3, true, 'disk <path> is full', 1773478920000000000, 1773478920000000000, 7, 1, 'w');
INSERT INTO public.shapes VALUES ('00000000000000b2', 0, 'shop', '00000000000000b2', 4, true, '100% no space_left on <path>', 1773478980000000000, 1773478980000000000, 1, 1, 'w');


--
-- Data for Name: solutions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.solutions VALUES ('00000000000000a1', 'Run the migration.', 'ann', 1795268502105, 3);


--
-- Data for Name: templates; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.templates VALUES ('00000000000000a1', 'shop', '00000000000000a1', 'Table not found: <*>', true, 1773478800000000000, 1773478800000000000, 3, 1, 'w');
INSERT INTO public.templates VALUES ('00000000000000b1', 'shop', '00000000000000b1', 'disk <path> is full', true, 1773478920000000000, 1773478920000000000, 7, 1, 'w');
INSERT INTO public.templates VALUES ('00000000000000b2', 'shop', '00000000000000b1', '100% no space_left on <path>', true, 1773478980000000000, 1773478980000000000, 1, 4, '');
INSERT INTO public.templates VALUES ('00000000000000a2', 'shop', 'ca17e45bd3aa8b51', '<*>: no such table exists', true, 1773478860000000000, 1773478860000000000, 2, 5, '');


--
-- Name: schema_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.schema_version_id_seq', 2, true);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (kind, id);


--
-- Name: apart apart_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.apart
    ADD CONSTRAINT apart_pkey PRIMARY KEY (a, b);


--
-- Name: cluster_counts cluster_counts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cluster_counts
    ADD CONSTRAINT cluster_counts_pkey PRIMARY KEY (cluster, minute);


--
-- Name: clusters clusters_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.clusters
    ADD CONSTRAINT clusters_pkey PRIMARY KEY (id);


--
-- Name: partitions partitions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.partitions
    ADD CONSTRAINT partitions_pkey PRIMARY KEY (name);


--
-- Name: revision revision_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revision
    ADD CONSTRAINT revision_pkey PRIMARY KEY (id);


--
-- Name: samples samples_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.samples
    ADD CONSTRAINT samples_pkey PRIMARY KEY (template, shape);


--
-- Name: schema_version schema_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (id);


--
-- Name: shapes shapes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shapes
    ADD CONSTRAINT shapes_pkey PRIMARY KEY (hash, slots);


--
-- Name: solutions solutions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.solutions
    ADD CONSTRAINT solutions_pkey PRIMARY KEY (cluster);


--
-- Name: templates templates_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);


--
-- Name: aliases_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX aliases_by_rev ON public.aliases USING btree (rev);


--
-- Name: aliases_by_target; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX aliases_by_target ON public.aliases USING btree (kind, target);


--
-- Name: apart_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX apart_by_rev ON public.apart USING btree (rev);


--
-- Name: cluster_counts_by_minute; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cluster_counts_by_minute ON public.cluster_counts USING btree (minute);


--
-- Name: clusters_by_count; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX clusters_by_count ON public.clusters USING btree (count, id);


--
-- Name: clusters_by_first_seen; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX clusters_by_first_seen ON public.clusters USING btree (first_seen, id);


--
-- Name: clusters_by_last_seen; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX clusters_by_last_seen ON public.clusters USING btree (last_seen, id);


--
-- Name: clusters_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX clusters_by_rev ON public.clusters USING btree (rev);


--
-- Name: history_by_cluster; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX history_by_cluster ON public.history USING btree (cluster);


--
-- Name: history_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX history_by_rev ON public.history USING btree (rev);


--
-- Name: shapes_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX shapes_by_rev ON public.shapes USING btree (rev);


--
-- Name: shapes_by_template; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX shapes_by_template ON public.shapes USING btree (template);


--
-- Name: templates_by_cluster; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX templates_by_cluster ON public.templates USING btree (cluster);


--
-- Name: templates_by_last_seen; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX templates_by_last_seen ON public.templates USING btree (partition, last_seen);


--
-- Name: templates_by_rev; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX templates_by_rev ON public.templates USING btree (rev);


--
-- Name: clusters clusters_lock; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER clusters_lock BEFORE UPDATE OF noise ON public.clusters FOR EACH STATEMENT EXECUTE FUNCTION public.lock_revision();


--
-- Name: clusters clusters_marked; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER clusters_marked BEFORE UPDATE OF noise ON public.clusters FOR EACH ROW WHEN (((new.noise <> old.noise) AND (new.rev = old.rev))) EXECUTE FUNCTION public.cluster_marked();


--
-- Name: revision revision_announce; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER revision_announce AFTER UPDATE ON public.revision FOR EACH STATEMENT EXECUTE FUNCTION public.announce();


--
-- Name: solutions solutions_fill; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER solutions_fill BEFORE INSERT OR UPDATE OF text ON public.solutions FOR EACH ROW EXECUTE FUNCTION public.solution_fill();


--
-- Name: solutions solutions_lock; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER solutions_lock BEFORE INSERT OR DELETE OR UPDATE ON public.solutions FOR EACH STATEMENT EXECUTE FUNCTION public.lock_revision();


--
-- Name: solutions solutions_note; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER solutions_note AFTER INSERT OR DELETE OR UPDATE OF text ON public.solutions FOR EACH ROW EXECUTE FUNCTION public.solution_note();


--
-- PostgreSQL database dump complete
--


