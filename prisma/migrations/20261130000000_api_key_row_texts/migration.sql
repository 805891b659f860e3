-- Rows are compared as their texts, which the output functions of their types make. JSON is made with casts that whoever
-- owns a type can add to it, and these would run with the rights of the functions' owner.
DO $install$
DECLARE
    "owner" text;
BEGIN
    FOREACH "owner" IN ARRAY ARRAY['tenant', 'user'] LOOP
        EXECUTE replace(replace($statement$
CREATE OR REPLACE FUNCTION <schema>."api_key_epoch_on_<owner>_update"() RETURNS trigger LANGUAGE plpgsql
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
            SELECT "o"."id", ("o".*)::text FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", ("n".*)::text FROM "new_rows" "n"
        ) AS "different"
        JOIN <schema>."api_keys" "k" ON "k"."<owner>_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM <schema>."api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$
        $statement$, '<owner>', "owner"), '<schema>', quote_ident(current_schema()));
    END LOOP;
END
$install$;
