-- CreateTable
CREATE TABLE "api_key_epoch" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "stamp" UUID NOT NULL DEFAULT gen_random_uuid(),

    CONSTRAINT "api_key_epoch_pkey" PRIMARY KEY ("id")
);

-- What follows lets every process know, from one row, whether anything changed that could take access away.

-- One row: there is no second value of "id".
ALTER TABLE "api_key_epoch" ADD CONSTRAINT "api_key_epoch_has_one_row" CHECK ("id");
INSERT INTO "api_key_epoch" DEFAULT VALUES;

-- Adds 1, draws a stamp, and tells the listeners which keys are concerned; NULL means all. The row stays locked
-- until commit, so epochs are in commit order. A payload has less than 8000 bytes, so many keys become all keys.
CREATE FUNCTION "api_key_epoch_advance"("hashes" text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    "stamp_before" uuid;
    "row_now" "api_key_epoch";
    "payload" text;
    "channel" text;
BEGIN
    SELECT "stamp" INTO "stamp_before" FROM "api_key_epoch" FOR UPDATE;
    INSERT INTO "api_key_epoch" AS "e" DEFAULT VALUES
        ON CONFLICT ("id") DO UPDATE SET "epoch" = "e"."epoch" + 1, "stamp" = gen_random_uuid()
        RETURNING * INTO "row_now";
    "payload" := json_build_object('epoch', "row_now"."epoch"::text, 'stamp', "row_now"."stamp",
        'before', "stamp_before", 'hashes', "hashes")::text;
    IF octet_length("payload") > 7900 THEN
        "payload" := json_build_object('epoch', "row_now"."epoch"::text, 'stamp', "row_now"."stamp",
            'before', "stamp_before", 'hashes', NULL)::text;
    END IF;
    -- A channel's name has at most 63 bytes, and so has a schema's.
    "channel" := 'api_keys.' || current_schema();
    IF octet_length("channel") > 63 THEN "channel" := 'api_keys.' || md5(current_schema()); END IF;
    PERFORM pg_notify("channel", "payload");
END
$$;

-- Inserts, names and last_used_at change no answer that a process may have kept, so they touch neither the row
-- nor the listeners: NOTIFY in a hot transaction costs half of its throughput and more.
CREATE FUNCTION "api_key_epoch_on_key_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    -- EXCEPT, not a join: transition tables have no statistics, and a plan made for one row would compare each row
    -- with each. The key hash never changes.
    SELECT array_agg("changed"."key_hash") INTO "hashes" FROM (
        SELECT "different"."key_hash" FROM (
            SELECT "key_hash", "id", "scopes", "expires_at", "revoked_at" FROM "old_rows"
            EXCEPT SELECT "key_hash", "id", "scopes", "expires_at", "revoked_at" FROM "new_rows"
        ) AS "different"
        LIMIT 200
    ) AS "changed";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION "api_key_epoch_on_key_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("gone"."key_hash") INTO "hashes"
        FROM (SELECT "o"."key_hash" FROM "old_rows" "o" LIMIT 200) AS "gone";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION "api_key_epoch_on_truncate"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM "api_key_epoch_advance"(NULL);
    RETURN NULL;
END
$$;

-- A principal carries its tenant and its user, with every column, also those a host has added. As JSON, because not
-- every type can be compared. Their deletion arrives as a delete of their keys.
CREATE FUNCTION "api_key_epoch_on_tenant_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN "api_keys" "k" ON "k"."tenant_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION "api_key_epoch_on_user_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN "api_keys" "k" ON "k"."user_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

-- 200 hashes do not fit the payload, so a cut list always becomes "all", and never hides a key.

CREATE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_key_update"();
CREATE TRIGGER "api_key_epoch_on_delete" AFTER DELETE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_key_delete"();
CREATE TRIGGER "api_key_epoch_on_truncate" AFTER TRUNCATE ON "api_keys"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_truncate"();
CREATE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON "tenants"
    REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_tenant_update"();
CREATE TRIGGER "api_key_epoch_on_update" AFTER UPDATE ON "users"
    REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_user_update"();

-- Whoever may change a key may also have it announced, without rights on the epoch. The functions find their
-- tables whatever search_path a session sets, and no temporary table can stand in.
DO $$
DECLARE
    "signature" text;
BEGIN
    FOR "signature" IN SELECT "oid"::regprocedure::text FROM pg_proc
        WHERE "pronamespace" = quote_ident(current_schema())::regnamespace AND starts_with("proname", 'api_key_epoch_')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp',
            "signature", current_schema());
        -- Who may execute a trigger function may attach it to a table of his own, and have it run his code as its
        -- owner. Firing a trigger needs no such right.
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', "signature");
    END LOOP;
END
$$;
