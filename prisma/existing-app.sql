-- express-api-keys in an application that has tables for its tenants and users already. Append this file to the
-- migration that "prisma migrate dev --create-only" made of the models whose names begin with ApiKey. It needs PostgreSQL
-- 14 and may run again over what it made, in a migration of its own: after a later version of the package has changed
-- it, and where something of it was lost.

-- CHANGE THESE FIVE: the table of your tenants and its column with their ids, the table of your users and its column
-- with their ids, and its column with the id of their tenant. Where one table is both, that is the column of its own ids.
SET express_api_keys.tenants = 'tenants';
SET express_api_keys.tenants_id = 'id';
SET express_api_keys.users = 'users';
SET express_api_keys.users_id = 'id';
SET express_api_keys.users_tenant_id = 'tenant_id';
-- Nothing below needs a change. All of these tables stand in one schema.

-- These names are written into the texts of functions, which such characters could end.
DO $$
DECLARE
    "setting" text;
BEGIN
    FOREACH "setting" IN ARRAY ARRAY['tenants', 'tenants_id', 'users', 'users_id', 'users_tenant_id'] LOOP
        IF current_setting('express_api_keys.' || "setting") ~ '[$''"%\\<>[:cntrl:]]' THEN
            RAISE EXCEPTION 'the name in express_api_keys.% holds one of $ '' " %% \ < > or a control character: rename what has it',
                "setting";
        END IF;
    END LOOP;
END
$$;

-- What follows is enforced here because no client can be trusted to remember it.

-- A hash is SHA-256 in lower-case hex, so that one secret has one row; scopes are a list.
ALTER TABLE "api_keys"
    DROP CONSTRAINT IF EXISTS "api_keys_key_hash_is_sha256",
    ADD CONSTRAINT "api_keys_key_hash_is_sha256" CHECK ("key_hash" ~ '^[0-9a-f]{64}$'),
    DROP CONSTRAINT IF EXISTS "api_keys_scopes_is_array",
    ADD CONSTRAINT "api_keys_scopes_is_array" CHECK (jsonb_typeof("scopes") = 'array');

-- Revocation is for ever, and a key never changes its owner or its secret. The search_path is fixed, for a session
-- could otherwise bring an equality of its own.
CREATE OR REPLACE FUNCTION "api_keys_refuse_forbidden_update"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD."revoked_at" IS NOT NULL AND NEW."revoked_at" IS DISTINCT FROM OLD."revoked_at" THEN
        RAISE EXCEPTION 'api_keys.revoked_at cannot change once it is set: issue a new key instead'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_revocation_is_final';
    END IF;
    IF NEW."id" IS DISTINCT FROM OLD."id"
        OR NEW."key_hash" IS DISTINCT FROM OLD."key_hash"
        OR NEW."key_prefix" IS DISTINCT FROM OLD."key_prefix"
        OR NEW."tenant_id" IS DISTINCT FROM OLD."tenant_id"
        OR NEW."user_id" IS DISTINCT FROM OLD."user_id" THEN
        RAISE EXCEPTION 'api_keys.id, key_hash, key_prefix, tenant_id and user_id cannot change: issue a new key instead'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_identity_is_final';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER "api_keys_refuse_forbidden_update" BEFORE UPDATE ON "api_keys"
    FOR EACH ROW EXECUTE FUNCTION "api_keys_refuse_forbidden_update"();

ALTER TABLE "api_keys"
    DROP CONSTRAINT IF EXISTS "api_keys_metadata_is_object",
    ADD CONSTRAINT "api_keys_metadata_is_object" CHECK (jsonb_typeof("metadata") = 'object'),
    DROP CONSTRAINT IF EXISTS "api_keys_grace_is_not_negative",
    ADD CONSTRAINT "api_keys_grace_is_not_negative" CHECK ("grace_after_use_ms" >= 0),
    DROP CONSTRAINT IF EXISTS "api_keys_reason_is_of_revoked",
    ADD CONSTRAINT "api_keys_reason_is_of_revoked" CHECK ("revoked_reason" IS NULL OR "revoked_at" IS NOT NULL),
    DROP CONSTRAINT IF EXISTS "api_keys_successor_has_family",
    ADD CONSTRAINT "api_keys_successor_has_family" CHECK ("rotated_from_id" IS NULL OR "family_id" IS NOT NULL);
-- A limit or a place that nobody can read would be none.
ALTER TABLE "api_keys"
    DROP CONSTRAINT IF EXISTS "api_keys_limits_are_limits",
    ADD CONSTRAINT "api_keys_limits_are_limits" CHECK ("limits" IS NOT NULL AND array_position("limits", NULL) IS NULL
        AND cardinality("limits") <= 8 AND array_to_string("limits", ' ') || ' '
            ~ '^ $|^([1-9][0-9]*/([0-9]*[smh](\+[1-9][0-9]*/[0-9]*[smh])?|day|month|lifetime) )+$'),
    DROP CONSTRAINT IF EXISTS "api_keys_places_are_networks",
    ADD CONSTRAINT "api_keys_places_are_networks" CHECK ("allowed_cidrs" IS NOT NULL
        AND array_position("allowed_cidrs", NULL) IS NULL AND cardinality("allowed_cidrs") <= 50
        AND "allowed_cidrs"::cidr[] IS NOT NULL);
ALTER TABLE "api_key_usage"
    DROP CONSTRAINT IF EXISTS "api_key_usage_is_counted",
    ADD CONSTRAINT "api_key_usage_is_counted" CHECK ("requests" >= 0 AND "refused" >= 0);
ALTER TABLE "api_key_events"
    DROP CONSTRAINT IF EXISTS "api_key_events_type_is_known",
    ADD CONSTRAINT "api_key_events_type_is_known"
        CHECK ("type" IN ('issued', 'rotated', 'updated', 'revoked', 'pruned')),
    DROP CONSTRAINT IF EXISTS "api_key_events_actor_is_known",
    ADD CONSTRAINT "api_key_events_actor_is_known" CHECK ("actor_kind" IN ('user', 'api_key', 'system')),
    DROP CONSTRAINT IF EXISTS "api_key_events_details_is_object",
    ADD CONSTRAINT "api_key_events_details_is_object" CHECK (jsonb_typeof("details") = 'object');
ALTER TABLE "api_key_idempotency"
    DROP CONSTRAINT IF EXISTS "api_key_idempotency_hashes_are_sha256",
    ADD CONSTRAINT "api_key_idempotency_hashes_are_sha256"
        CHECK ("idempotency_key_hash" ~ '^[0-9a-f]{64}$' AND "request_digest" ~ '^[0-9a-f]{64}$');

-- Where a key comes from, and that it was rotated, is history. Pruning the key before it clears the reference to it,
-- and nothing else may. Why a key was revoked is said when it is.
CREATE OR REPLACE FUNCTION "api_keys_refuse_changed_history"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_there boolean;
BEGIN
    IF OLD."rotated_at" IS NOT NULL AND NEW."rotated_at" IS DISTINCT FROM OLD."rotated_at"
        OR OLD."family_id" IS NOT NULL AND NEW."family_id" IS DISTINCT FROM OLD."family_id" THEN
        RAISE EXCEPTION 'api_keys.rotated_at and family_id cannot change once they are set'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_rotation_is_final';
    END IF;
    IF NEW."rotated_from_id" IS DISTINCT FROM OLD."rotated_from_id" THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I."api_keys" WHERE "id" = $1)', TG_TABLE_SCHEMA)
            INTO is_there USING OLD."rotated_from_id";
        IF NEW."rotated_from_id" IS NOT NULL OR is_there THEN
            RAISE EXCEPTION 'api_keys.rotated_from_id cannot change once it is set'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_rotation_is_final';
        END IF;
    END IF;
    IF OLD."revoked_at" IS NOT NULL AND NEW."revoked_reason" IS DISTINCT FROM OLD."revoked_reason" THEN
        RAISE EXCEPTION 'api_keys.revoked_reason cannot change once the key is revoked'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_revocation_is_final';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER "api_keys_refuse_changed_history" BEFORE UPDATE ON "api_keys" FOR EACH ROW
    WHEN (OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
        OR OLD."family_id" IS DISTINCT FROM NEW."family_id"
        OR OLD."rotated_from_id" IS DISTINCT FROM NEW."rotated_from_id"
        OR OLD."revoked_reason" IS DISTINCT FROM NEW."revoked_reason")
    EXECUTE FUNCTION "api_keys_refuse_changed_history"();

-- A successor is for whom its predecessor was.
CREATE OR REPLACE FUNCTION "api_keys_refuse_foreign_predecessor"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    belongs boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I."api_keys" WHERE "id" = $1 AND "tenant_id" = $2 AND "user_id" = $3
        AND COALESCE("family_id", "id") = $4)', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."rotated_from_id", NEW."tenant_id", NEW."user_id", NEW."family_id";
    IF NOT belongs THEN
        RAISE EXCEPTION 'api_keys.rotated_from_id must be a key of the same tenant, user and family'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'api_keys_successor_is_of_owner';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER "api_keys_refuse_foreign_predecessor" BEFORE INSERT ON "api_keys" FOR EACH ROW
    WHEN (NEW."rotated_from_id" IS NOT NULL) EXECUTE FUNCTION "api_keys_refuse_foreign_predecessor"();

-- Usage goes with its key, and what was spent for good with the last key of its rotations, whoever deletes that, and
-- needs no right of his on the counts. Tests truncate all tables at once: then this one cannot be truncated once more.
CREATE OR REPLACE FUNCTION "api_keys_forget_usage"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('DELETE FROM %I."api_key_usage"', TG_TABLE_SCHEMA);
        EXECUTE format('DELETE FROM %I."api_key_counters" WHERE "name" LIKE ''key:%%:lifetime''', TG_TABLE_SCHEMA);
    ELSE
        EXECUTE format('DELETE FROM %I."api_key_usage" AS "u" USING "old_rows" AS "o" WHERE "u"."api_key_id" = "o"."id"',
            TG_TABLE_SCHEMA);
        EXECUTE format('DELETE FROM %1$I."api_key_counters" AS "c"
            USING (SELECT DISTINCT COALESCE("family_id", "id") AS "family" FROM "old_rows") AS "o"
            WHERE "c"."name" = ''key:'' || "o"."family" || '':lifetime'' AND NOT EXISTS (
                SELECT FROM %1$I."api_keys" AS "k" WHERE "k"."id" = "o"."family" OR "k"."family_id" = "o"."family")',
            TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION "api_keys_forget_usage"() FROM PUBLIC;

CREATE OR REPLACE TRIGGER "api_keys_forget_usage_on_delete" AFTER DELETE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_keys_forget_usage"();
CREATE OR REPLACE TRIGGER "api_keys_forget_usage_on_truncate" AFTER TRUNCATE ON "api_keys"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_keys_forget_usage"();

-- The version counts changes of the record, whoever makes them and however. Use is no change.
CREATE OR REPLACE FUNCTION "api_keys_count_version"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW."version" := OLD."version" + (
        OLD."name" IS DISTINCT FROM NEW."name"
        OR OLD."metadata" IS DISTINCT FROM NEW."metadata"
        OR OLD."scopes" IS DISTINCT FROM NEW."scopes"
        OR OLD."limits" IS DISTINCT FROM NEW."limits"
        OR OLD."allowed_cidrs" IS DISTINCT FROM NEW."allowed_cidrs"
        OR OLD."expires_at" IS DISTINCT FROM NEW."expires_at"
        OR OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at"
        OR OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
    )::int;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER "api_keys_count_version" BEFORE UPDATE ON "api_keys" FOR EACH ROW
    WHEN (OLD."name" IS DISTINCT FROM NEW."name"
        OR OLD."metadata" IS DISTINCT FROM NEW."metadata"
        OR OLD."scopes" IS DISTINCT FROM NEW."scopes"
        OR OLD."limits" IS DISTINCT FROM NEW."limits"
        OR OLD."allowed_cidrs" IS DISTINCT FROM NEW."allowed_cidrs"
        OR OLD."expires_at" IS DISTINCT FROM NEW."expires_at"
        OR OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at"
        OR OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
        OR OLD."version" IS DISTINCT FROM NEW."version")
    EXECUTE FUNCTION "api_keys_count_version"();

-- A trail is added to. Rows go with their tenant, or by a deletion that somebody has decided on.
CREATE OR REPLACE FUNCTION "api_key_events_refuse_update"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'api_key_events cannot change' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'api_key_events_are_final';
END
$$;

CREATE OR REPLACE TRIGGER "api_key_events_refuse_update" BEFORE UPDATE ON "api_key_events"
    FOR EACH ROW EXECUTE FUNCTION "api_key_events_refuse_update"();

-- What follows lets every process know, from one row, whether anything changed that could take access away.

-- One row: there is no second value of "id".
ALTER TABLE "api_key_epoch"
    DROP CONSTRAINT IF EXISTS "api_key_epoch_has_one_row",
    ADD CONSTRAINT "api_key_epoch_has_one_row" CHECK ("id");
INSERT INTO "api_key_epoch" DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Whoever may change a key may also have it announced, without rights on the epoch: these functions run with the rights
-- of their owner. So their path has PostgreSQL's own schema alone, where nobody can put a function that fits better, and
-- tables are named with theirs: <schema> is the one in which this runs.
DO $install$
BEGIN
    -- Adds 1, draws a stamp, and tells the listeners which keys are concerned; NULL means all. The row stays locked
    -- until commit, so epochs are in commit order. A payload has less than 8000 bytes, so many keys become all keys.
    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_advance"("hashes" text[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "stamp_before" uuid;
    "row_now" <schema>."api_key_epoch";
    "payload" text;
    "channel" text;
BEGIN
    SELECT "stamp" INTO "stamp_before" FROM <schema>."api_key_epoch" FOR UPDATE;
    INSERT INTO <schema>."api_key_epoch" AS "e" DEFAULT VALUES
        ON CONFLICT ("id") DO UPDATE SET "epoch" = "e"."epoch" + 1, "stamp" = gen_random_uuid()
        RETURNING * INTO "row_now";
    "payload" := json_build_object('epoch', "row_now"."epoch"::text, 'stamp', "row_now"."stamp",
        'before', "stamp_before", 'hashes', "hashes")::text;
    IF octet_length("payload") > 7900 THEN
        "payload" := json_build_object('epoch', "row_now"."epoch"::text, 'stamp', "row_now"."stamp",
            'before', "stamp_before", 'hashes', NULL)::text;
    END IF;
    -- A channel's name has at most 63 bytes, and so has a schema's.
    "channel" := 'api_keys.' || <schema name>;
    IF octet_length("channel") > 63 THEN "channel" := 'api_keys.' || md5(<schema name>); END IF;
    PERFORM pg_notify("channel", "payload");
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    -- Inserts, names and last_used_at change no answer that a process may have kept, so they touch neither the row
    -- nor the listeners: NOTIFY in a hot transaction costs half of its throughput and more.
    -- EXCEPT, not a join: transition tables have no statistics, and a plan made for one row would compare each row with
    -- each. The key hash never changes. What a host keeps in a key's metadata it may well decide by, so it counts too.
    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_key_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("changed"."key_hash") INTO "hashes" FROM (
        SELECT "different"."key_hash" FROM (
            SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at",
                "limits", "allowed_cidrs" FROM "old_rows"
            EXCEPT SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at",
                "limits", "allowed_cidrs" FROM "new_rows"
        ) AS "different"
        LIMIT 200
    ) AS "changed";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_key_delete"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("gone"."key_hash") INTO "hashes"
        FROM (SELECT "o"."key_hash" FROM "old_rows" "o" LIMIT 200) AS "gone";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_truncate"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM <schema>."api_key_epoch_advance"(NULL);
    RETURN NULL;
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    -- A principal carries its tenant and its user, with every column, also those a host has added. As JSON, because not
    -- every type can be compared. Their deletion arrives as a delete of their keys.
    -- A transaction with one snapshot for all of its statements does not see keys that were committed after it, so it
    -- names none: NULL means all.
    EXECUTE replace(replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_tenant_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT ("o".*)::text FROM "old_rows" "o" EXCEPT SELECT ("n".*)::text FROM "new_rows" "n") THEN
            PERFORM <schema>."api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o".<id>, ("o".*)::text FROM "old_rows" "o"
            EXCEPT SELECT "n".<id>, ("n".*)::text FROM "new_rows" "n"
        ) AS "different"
        JOIN <schema>."api_keys" "k" ON "k"."tenant_id" = "different".<id>
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<id>', format('"%s"', current_setting('express_api_keys.tenants_id'))),
        '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    EXECUTE replace(replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_user_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT ("o".*)::text FROM "old_rows" "o" EXCEPT SELECT ("n".*)::text FROM "new_rows" "n") THEN
            PERFORM <schema>."api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o".<id>, ("o".*)::text FROM "old_rows" "o"
            EXCEPT SELECT "n".<id>, ("n".*)::text FROM "new_rows" "n"
        ) AS "different"
        JOIN <schema>."api_keys" "k" ON "k"."user_id" = "different".<id>
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<id>', format('"%s"', current_setting('express_api_keys.users_id'))),
        '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));
END
$install$;

-- 200 hashes do not fit the payload, so a cut list always becomes "all", and never hides a key.

CREATE OR REPLACE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_key_update"();
CREATE OR REPLACE TRIGGER "api_key_epoch_on_delete" AFTER DELETE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_key_delete"();
CREATE OR REPLACE TRIGGER "api_key_epoch_on_truncate" AFTER TRUNCATE ON "api_keys"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_truncate"();
-- Its row comes back at once, with another stamp, which makes every process forget what it has kept.
CREATE OR REPLACE TRIGGER "api_key_epoch_comes_back" AFTER TRUNCATE ON "api_key_epoch"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_truncate"();

-- What names your tables: <tenants>, <users> and their columns give way to the names from the top.
DO $install$
DECLARE
    "tenants" text := current_setting('express_api_keys.tenants');
    "tenants_id" text := current_setting('express_api_keys.tenants_id');
    "users" text := current_setting('express_api_keys.users');
    "users_id" text := current_setting('express_api_keys.users_id');
    "users_tenant_id" text := current_setting('express_api_keys.users_tenant_id');
    "column" text;
    "owner" text;
BEGIN
    FOR "owner", "column" IN VALUES
        ("tenants", "tenants_id"), ("users", "users_id"), ("users", "users_tenant_id") LOOP
        IF NOT EXISTS (SELECT FROM pg_attribute WHERE "attname" = "column" AND NOT "attisdropped"
            AND "attrelid" = to_regclass(format('%I.%I', current_schema(), "owner"))) THEN
            RAISE EXCEPTION 'there is no column "%" in a table "%": change the five names at the top of existing-app.sql',
                "column", "owner";
        END IF;
    END LOOP;
    -- Tables may have these names and be others: then no key would fit, and no change of an owner would be noticed.
    FOR "column", "owner" IN VALUES ('tenant_id', "tenants"), ('user_id', "users") LOOP
        IF NOT EXISTS (SELECT FROM pg_constraint "c" JOIN pg_attribute "a" ON "a"."attrelid" = "c"."conrelid"
            WHERE "c"."contype" = 'f' AND "c"."conrelid" = to_regclass(format('%I."api_keys"', current_schema()))
            AND "a"."attname" = "column" AND "a"."attnum" = ANY ("c"."conkey")
            AND "c"."confrelid" = to_regclass(format('%I.%I', current_schema(), "owner"))) THEN
            RAISE EXCEPTION 'api_keys.% references another table than "%": change the five names at the top of existing-app.sql',
                "column", "owner";
        END IF;
    END LOOP;

    -- A key acts for a user inside a tenant, so the user must be one of that tenant. Both rows stay as they are until
    -- the key is committed. The schema comes from the table, not from the session's search_path, which a session may
    -- set as it likes. As definer, for a lock needs the right to update, which who issues keys may not have.
    EXECUTE replace(replace(replace(replace(replace($statement$
CREATE OR REPLACE FUNCTION "api_keys_refuse_foreign_user"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    belongs boolean;
BEGIN
    EXECUTE format('SELECT true FROM %I."<tenants>" WHERE "<tenants.id>" = $1 FOR SHARE', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."tenant_id";
    EXECUTE format('SELECT true FROM %I."<users>" WHERE "<users.id>" = $1 AND "<users.tenant_id>" = $2 FOR SHARE', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."user_id", NEW."tenant_id";
    IF belongs IS NULL THEN
        RAISE EXCEPTION 'api_keys.user_id must be a user of the tenant in tenant_id'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'api_keys_user_is_of_tenant';
    END IF;
    RETURN NEW;
END
$$
    $statement$, '<tenants>', "tenants"), '<tenants.id>', "tenants_id"),
        '<users>', "users"), '<users.id>', "users_id"), '<users.tenant_id>', "users_tenant_id");
    REVOKE ALL ON FUNCTION "api_keys_refuse_foreign_user"() FROM PUBLIC;
    CREATE OR REPLACE TRIGGER "api_keys_refuse_foreign_user" BEFORE INSERT ON "api_keys"
        FOR EACH ROW EXECUTE FUNCTION "api_keys_refuse_foreign_user"();

    EXECUTE format('CREATE OR REPLACE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON %I
        REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
        FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_tenant_update"()', "tenants");
    EXECUTE format('CREATE OR REPLACE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON %I
        REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
        FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_user_update"()', "users");
END
$install$;

-- Who may execute a trigger function may attach it to a table of his own, and have it run his code as its owner. Firing
-- a trigger needs no such right.
DO $$
DECLARE
    "signature" text;
BEGIN
    FOR "signature" IN SELECT "oid"::regprocedure::text FROM pg_proc
        WHERE "pronamespace" = quote_ident(current_schema())::regnamespace AND starts_with("proname", 'api_key_epoch_')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', "signature");
    END LOOP;
END
$$;
