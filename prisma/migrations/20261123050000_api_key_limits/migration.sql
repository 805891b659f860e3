-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "allowed_cidrs" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "limits" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "api_key_usage" (
    "api_key_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "api_key_usage_pkey" PRIMARY KEY ("api_key_id","day")
);

-- CreateTable
CREATE TABLE "api_key_counters" (
    "name" TEXT NOT NULL,
    "value" BIGINT NOT NULL DEFAULT 0,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_counters_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "api_key_counters_ends_at_idx" ON "api_key_counters"("ends_at");

-- What follows is enforced here because no client can be trusted to remember it. A limit or a place that nobody can read
-- would be none.
ALTER TABLE "api_keys"
    ADD CONSTRAINT "api_keys_limits_are_limits" CHECK ("limits" IS NOT NULL AND array_position("limits", NULL) IS NULL
        AND cardinality("limits") <= 8 AND array_to_string("limits", ' ') || ' '
            ~ '^ $|^([1-9][0-9]*/([0-9]*[smh](\+[1-9][0-9]*/[0-9]*[smh])?|day|month|lifetime) )+$'),
    ADD CONSTRAINT "api_keys_places_are_networks" CHECK ("allowed_cidrs" IS NOT NULL
        AND array_position("allowed_cidrs", NULL) IS NULL AND cardinality("allowed_cidrs") <= 50
        AND "allowed_cidrs"::cidr[] IS NOT NULL);
ALTER TABLE "api_key_usage"
    ADD CONSTRAINT "api_key_usage_is_counted" CHECK ("requests" >= 0 AND "refused" >= 0);

-- Usage goes with its key, whoever deletes that, and needs no right of his on the counts.
CREATE FUNCTION "api_keys_forget_usage"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('TRUNCATE %I."api_key_usage"', TG_TABLE_SCHEMA);
    ELSE
        EXECUTE format('DELETE FROM %I."api_key_usage" AS "u" USING "old_rows" AS "o" WHERE "u"."api_key_id" = "o"."id"',
            TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION "api_keys_forget_usage"() FROM PUBLIC;

CREATE TRIGGER "api_keys_forget_usage_on_delete" AFTER DELETE ON "api_keys"
    REFERENCING OLD TABLE AS "old_rows"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_keys_forget_usage"();
CREATE TRIGGER "api_keys_forget_usage_on_truncate" AFTER TRUNCATE ON "api_keys"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_keys_forget_usage"();

-- A limit and a place are rights like a scope: the version counts their changes too, and every process hears of them.
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

DO $install$
BEGIN
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
END
$install$;
