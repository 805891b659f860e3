-- A function that runs with the rights of its owner must call nothing that a stranger could put before it. A function
-- of a schema on the path is called in place of PostgreSQL's own where it fits its arguments better, whatever the order
-- of the path, and who may create in that schema is not ours to say. So the path has PostgreSQL's own schema alone, and
-- tables are named with theirs: <schema> is the one in which this runs.
DO $install$
BEGIN
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

    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_key_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("changed"."key_hash") INTO "hashes" FROM (
        SELECT "different"."key_hash" FROM (
            SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at" FROM "old_rows"
            EXCEPT SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at" FROM "new_rows"
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

    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_tenant_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT to_jsonb("o") FROM "old_rows" "o" EXCEPT SELECT to_jsonb("n") FROM "new_rows" "n") THEN
            PERFORM <schema>."api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN <schema>."api_keys" "k" ON "k"."tenant_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));

    EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_user_update"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT to_jsonb("o") FROM "old_rows" "o" EXCEPT SELECT to_jsonb("n") FROM "new_rows" "n") THEN
            PERFORM <schema>."api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN <schema>."api_keys" "k" ON "k"."user_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
    $statement$, '<schema name>', quote_literal(current_schema())), '<schema>', quote_ident(current_schema()));
END
$install$;

-- What a key is known by in the trail and in logs stays its own too.
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
