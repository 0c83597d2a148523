-- The logins of PostHog's processes, and their privileges. Run by every migration, before and after PostHog's own migrations, by the master user,
-- which owns the tables. Everything can be run again. In braces: names of roles, and their passwords as SCRAM verifiers.

-- [server] Roles belong to the server. On RDS the master user is no superuser, and may neither set nor reset what only superusers may.
DO $$ DECLARE name text; BEGIN
FOREACH name IN ARRAY ARRAY[{names}] LOOP
IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I', name); END IF;
END LOOP; END $$;
ALTER ROLE {application} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {application_password};
ALTER ROLE {reader} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {reader_password};
-- Its schema tool runs CREATE DATABASE at every start, and ignores that the database exists, but not that it is not allowed.
ALTER ROLE {temporal} LOGIN CREATEDB NOCREATEROLE PASSWORD {temporal_password};
-- With it, the master user can hand its databases over, and a Temporal that still runs as master user can go on.
GRANT {temporal} TO CURRENT_USER;

-- [posthog] PostHog's database. Default privileges are for what later migrations create. Tables that belong to others, such as the views of
-- pg_stat_statements, are left alone.
GRANT USAGE ON SCHEMA public TO {application}, {reader};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO {application};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {reader};
DO $$ DECLARE found record; BEGIN
FOR found IN SELECT oid::regclass AS name, relkind = 'S' AS is_sequence FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_has_role(relowner, 'USAGE') LOOP
IF found.is_sequence THEN
EXECUTE format('GRANT SELECT, USAGE, UPDATE ON SEQUENCE %s TO %I', found.name, {application_name});
ELSE
EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', found.name, {application_name});
EXECUTE format('GRANT SELECT ON %s TO %I', found.name, {reader_name});
END IF;
END LOOP; END $$;

-- [writes] What feature-flags writes: when a key was last used (rust/feature-flags/src/api/pak_usage.rs; newer releases also of project keys,
-- api_key_usage.rs), and the flags of persons that are identified later (rust/feature-flags/src/flags/flag_matching_utils.rs).
DO $$ DECLARE name text; BEGIN
FOREACH name IN ARRAY ARRAY['public.posthog_personalapikey', 'public.posthog_projectsecretapikey'] LOOP
IF to_regclass(name) IS NOT NULL THEN EXECUTE format('GRANT UPDATE (last_used_at) ON %s TO %I', name, {reader_name}); END IF;
END LOOP;
IF to_regclass('public.posthog_featureflaghashkeyoverride') IS NOT NULL THEN
EXECUTE format('GRANT INSERT ON public.posthog_featureflaghashkeyoverride TO %I', {reader_name});
EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', pg_get_serial_sequence('public.posthog_featureflaghashkeyoverride', 'id'), {reader_name});
END IF;
END $$;

-- [jobs] The database of the jobs of data pipelines.
GRANT USAGE ON SCHEMA public TO {application};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO {application};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application};
GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {application};

-- [temporal] The statements that hand a database of Temporal over, with what the master user created in it. Each is run by itself, because
-- ALTER TABLE waits for the queries on its table. Sequences and indexes of tables, and members of extensions, go with those.
SELECT statement FROM (
SELECT 1 AS place, format('ALTER DATABASE %I OWNER TO %I', datname, {temporal_name}) AS statement
FROM pg_database WHERE datname = current_database() AND datdba = CURRENT_USER::regrole
UNION ALL
SELECT 2, format('ALTER TABLE %s OWNER TO %I', oid::regclass, {temporal_name}) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relowner = CURRENT_USER::regrole
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
UNION ALL
SELECT 3, format('ALTER ROUTINE %s OWNER TO %I', oid::regprocedure, {temporal_name}) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proowner = CURRENT_USER::regrole
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
) AS statements ORDER BY place
