-- How the seller directory is changed: by functions that check what the tables alone cannot, for the role henpin_directory.
--
-- What is entered holds from valid_from until before valid_until; the same fact is not entered for the same time twice. Who
-- enters the same again changes nothing. Words are not checked here: the rule packs know them, and henpin seller asks them.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

-- Order of locks: the directory's row of seller_directory_version (one change of the directory at a time), then the rows of
-- seller_watch in the order of the ids, as workers that raise blockers and henpin-deadlines take them. Who changes several
-- sellers in one transaction names them all to seller_change_begin first; an import does.

-- "valid already from 2026-01-01 00:00 UTC", for people.
CREATE FUNCTION seller_time(valid_from timestamptz, valid_until timestamptz) RETURNS text LANGUAGE sql STABLE
SET search_path = henpin, pg_temp
RETURN 'from ' || CASE WHEN valid_from = '-infinity' THEN 'ever'
                       ELSE to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') END
    || CASE WHEN valid_until = 'infinity' THEN ' on'
            ELSE ' until ' || to_char(valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') END;

-- Why an entry is refused before any table is asked; NULL: nothing is wrong with it.
CREATE FUNCTION seller_refused(kind text, seller_id text, word text, value text, valid_from timestamptz, valid_until timestamptz,
    more text[]) RETURNS text LANGUAGE sql STABLE SET search_path = henpin, pg_temp
RETURN CASE
    WHEN kind IS NULL OR kind NOT IN ('seller', 'fact', 'licence', 'marketplace')
        THEN 'kind must be seller, fact, licence or marketplace'
    WHEN coalesce(seller_id, '') = '' OR length(seller_id) > 200 OR seller_id ~ '[[:cntrl:]]'
        THEN 'a seller''s id has 1 to 200 characters, none of them a control character'
    WHEN kind <> 'seller' AND (coalesce(word, '') = '' OR length(word) > 100) THEN 'the word is missing or too long'
    WHEN kind = 'licence' AND coalesce(value, '') = '' THEN 'a licence has a number'
    WHEN kind = 'marketplace' AND coalesce(value, '') !~ '^[A-Z]{2}$' THEN 'ships-from must be a country of two letters such as CN'
    WHEN length(value) > 500 OR value ~ '[[:cntrl:]]' THEN 'at most 500 characters, none of them a control character'
    WHEN kind = 'seller' AND (array_ndims(more) > 1 OR cardinality(more) > 1 OR length(more[1]) > 100 OR more[1] ~ '[[:cntrl:]]')
        THEN 'a seller has one country, a word such as CN'
    WHEN kind = 'marketplace' AND (more IS NULL OR array_ndims(more) > 1) THEN 'classes of goods are a plain list, {} when they are not said'
    WHEN kind = 'marketplace' AND cardinality(more) > 100 THEN 'at most 100 classes of goods'
    WHEN kind = 'marketplace' AND EXISTS (SELECT FROM unnest(more) class
            WHERE coalesce(class, '') !~ '^[^[:space:][:cntrl:]]{1,100}$')
        THEN 'a class of goods has 1 to 100 characters, none of them a blank or a control character'
    WHEN valid_from IS NULL OR valid_until IS NULL THEN 'the validity is missing'
    WHEN valid_from >= valid_until THEN 'it would end before it begins'
END;

CREATE FUNCTION seller_change_begin(seller_ids text[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = henpin, pg_temp AS $$
BEGIN
    PERFORM FROM seller_directory_version WHERE subject = 'directory' FOR UPDATE;
    INSERT INTO seller_watch (seller_id)
    SELECT DISTINCT id COLLATE "C" FROM unnest($1) AS t (id) WHERE id IS NOT NULL ORDER BY 1
    ON CONFLICT (seller_id) DO UPDATE SET look_at = '-infinity' WHERE false; -- locked in any case
END $$;

-- One entry: 'entered', 'changed', 'unchanged', or 'refused: ' and why. Raises nothing, so that an import can tell each line.
-- value: of a fact what it says, of a licence its number, of a marketplace the country that is shipped from, of a seller its
-- name. more: of a marketplace the classes of goods, of a seller its country. known_at: since when this is known; a fact or
-- licence that is entered again is known since then if it had ended, and since ever it was if it had not; a marketplace, if
-- more is said of it.
CREATE FUNCTION seller_take(kind text, seller_id text, word text, value text, valid_from timestamptz, valid_until timestamptz,
    more text[] DEFAULT '{}', known_at timestamptz DEFAULT now()) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = henpin, pg_temp AS $$
#variable_conflict use_column
DECLARE
    why text := seller_refused($1, $2, $3, $4, $5, $6, $7);
    other record;
    is_new boolean;
BEGIN
    IF why IS NOT NULL THEN
        RETURN 'refused: ' || why;
    END IF;
    PERFORM seller_change_begin();
    IF $1 = 'seller' THEN
        INSERT INTO seller AS s (seller_id, name, country) VALUES ($2, nullif($4, ''), nullif($7[1], ''))
        ON CONFLICT (seller_id) DO UPDATE SET name = coalesce(excluded.name, s.name),
            country = coalesce(excluded.country, s.country), updated_at = now()
        WHERE (coalesce(excluded.name, s.name), coalesce(excluded.country, s.country)) IS DISTINCT FROM (s.name, s.country)
        RETURNING xmax = 0 INTO is_new;
        RETURN CASE WHEN is_new THEN 'entered' WHEN NOT is_new THEN 'changed' ELSE 'unchanged' END;
    END IF;
    PERFORM FROM seller s WHERE s.seller_id = $2;
    IF NOT FOUND THEN
        RETURN 'refused: no such seller in the directory';
    END IF;
    IF $1 = 'marketplace' THEN
        INSERT INTO seller_marketplace AS m (seller_id, marketplace, ships_from, categories, valid_from, valid_until, known_at)
        VALUES ($2, $3, $4, $7, $5, $6, $8)
        ON CONFLICT (seller_id, marketplace) DO UPDATE SET ships_from = excluded.ships_from,
            categories = excluded.categories, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
            known_at = CASE WHEN (m.ships_from, m.categories, m.valid_from)
                    IS DISTINCT FROM (excluded.ships_from, excluded.categories, excluded.valid_from)
                OR m.valid_until < excluded.valid_until THEN excluded.known_at ELSE m.known_at END
        WHERE (m.ships_from, m.categories, m.valid_from, m.valid_until)
            IS DISTINCT FROM (excluded.ships_from, excluded.categories, excluded.valid_from, excluded.valid_until)
        RETURNING xmax = 0 INTO is_new;
        RETURN CASE WHEN is_new THEN 'entered' WHEN NOT is_new THEN 'changed' ELSE 'unchanged' END;
    END IF;
    SELECT x.valid_from, x.valid_until INTO other
    FROM (SELECT f.valid_from, f.valid_until FROM seller_fact f
          WHERE $1 = 'fact' AND f.seller_id = $2 AND f.fact = $3
          UNION ALL
          SELECT l.valid_from, l.valid_until FROM seller_licence l
          WHERE $1 = 'licence' AND l.seller_id = $2 AND l.licence = $3 AND l.number = $4) x
    WHERE x.valid_from <> $5 AND x.valid_from < $6 AND $5 < x.valid_until ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RETURN format('refused: it is valid already %s', seller_time(other.valid_from, other.valid_until));
    END IF;
    IF $1 = 'fact' THEN
        INSERT INTO seller_fact AS f (seller_id, fact, value, valid_from, valid_until, known_at)
        VALUES ($2, $3, coalesce($4, ''), $5, $6, $8)
        ON CONFLICT (seller_id, fact, valid_from) DO UPDATE SET value = excluded.value, valid_until = excluded.valid_until,
            known_at = CASE WHEN f.valid_until <= excluded.known_at AND f.valid_until < excluded.valid_until
                            THEN excluded.known_at ELSE f.known_at END
        WHERE (f.value, f.valid_until) IS DISTINCT FROM (excluded.value, excluded.valid_until)
        RETURNING xmax = 0 INTO is_new;
    ELSE
        INSERT INTO seller_licence AS l (seller_id, licence, number, valid_from, valid_until, known_at)
        VALUES ($2, $3, $4, $5, $6, $8)
        ON CONFLICT (seller_id, licence, number, valid_from) DO UPDATE SET valid_until = excluded.valid_until,
            known_at = CASE WHEN l.valid_until <= excluded.known_at AND l.valid_until < excluded.valid_until
                            THEN excluded.known_at ELSE l.known_at END
        WHERE l.valid_until IS DISTINCT FROM excluded.valid_until
        RETURNING xmax = 0 INTO is_new;
    END IF;
    RETURN CASE WHEN is_new THEN 'entered' WHEN NOT is_new THEN 'changed' ELSE 'unchanged' END;
END $$;

-- For callers that want an error.
CREATE FUNCTION seller_taken(told text) RETURNS text LANGUAGE plpgsql SET search_path = henpin, pg_temp AS $$
BEGIN
    IF told LIKE 'refused: %' THEN
        RAISE EXCEPTION '%', substr(told, 10) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN told;
END $$;

CREATE FUNCTION seller_enter(seller_id text, name text DEFAULT NULL, country text DEFAULT NULL) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = henpin, pg_temp
RETURN seller_taken(seller_take('seller', seller_id, NULL, name, '-infinity', 'infinity', ARRAY[country]));

CREATE FUNCTION seller_set_fact(seller_id text, fact text, value text DEFAULT '', valid_from timestamptz DEFAULT '-infinity',
    valid_until timestamptz DEFAULT 'infinity') RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = henpin, pg_temp
RETURN seller_taken(seller_take('fact', seller_id, fact, value, valid_from, valid_until));

CREATE FUNCTION seller_set_licence(seller_id text, licence text, number text, valid_from timestamptz DEFAULT '-infinity',
    valid_until timestamptz DEFAULT 'infinity') RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = henpin, pg_temp
RETURN seller_taken(seller_take('licence', seller_id, licence, number, valid_from, valid_until));

CREATE FUNCTION seller_set_marketplace(seller_id text, marketplace text, ships_from text, categories text[] DEFAULT '{}',
    valid_from timestamptz DEFAULT '-infinity', valid_until timestamptz DEFAULT 'infinity') RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = henpin, pg_temp
RETURN seller_taken(seller_take('marketplace', seller_id, marketplace, ships_from, valid_from, valid_until, categories));

-- Ends what is valid at ends_at, in all three tables; what would begin later is taken back. 'ended', or 'unchanged'.
CREATE FUNCTION seller_end(seller_id text, word text, number text DEFAULT NULL, ends_at timestamptz DEFAULT now()) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = henpin, pg_temp AS $$
#variable_conflict use_column
DECLARE
    touched bigint := 0;
    n bigint;
BEGIN
    PERFORM seller_change_begin();
    PERFORM FROM seller s WHERE s.seller_id = $1;
    IF NOT FOUND THEN
        RETURN seller_taken('refused: no such seller in the directory');
    END IF;
    DELETE FROM seller_fact f WHERE f.seller_id = $1 AND f.fact = $2 AND f.valid_from >= $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    UPDATE seller_fact f SET valid_until = $4 WHERE f.seller_id = $1 AND f.fact = $2 AND f.valid_until > $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    DELETE FROM seller_licence l WHERE l.seller_id = $1 AND l.licence = $2 AND l.number = coalesce($3, l.number)
        AND l.valid_from >= $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    UPDATE seller_licence l SET valid_until = $4 WHERE l.seller_id = $1 AND l.licence = $2
        AND l.number = coalesce($3, l.number) AND l.valid_until > $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    DELETE FROM seller_marketplace m WHERE m.seller_id = $1 AND m.marketplace = $2 AND m.valid_from >= $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    UPDATE seller_marketplace m SET valid_until = $4 WHERE m.seller_id = $1 AND m.marketplace = $2 AND m.valid_until > $4;
    GET DIAGNOSTICS n = ROW_COUNT; touched := touched + n;
    RETURN CASE WHEN touched > 0 THEN 'ended' ELSE 'unchanged' END;
END $$;

REVOKE ALL ON FUNCTION seller_change_begin, seller_time, seller_refused, seller_take, seller_taken, seller_enter, seller_set_fact, seller_set_licence,
    seller_set_marketplace, seller_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seller_change_begin, seller_take, seller_enter, seller_set_fact, seller_set_licence, seller_set_marketplace, seller_end
    TO henpin_directory;

COMMENT ON FUNCTION seller_time(timestamptz, timestamptz) IS 'A validity for people.';
COMMENT ON FUNCTION seller_refused(text, text, text, text, timestamptz, timestamptz, text[]) IS 'Why an entry of the seller directory is refused; NULL: it is not.';
COMMENT ON FUNCTION seller_take(text, text, text, text, timestamptz, timestamptz, text[], timestamptz) IS 'One line of an import into the seller directory: entered, changed, unchanged, or "refused: " and why. kind: seller, fact, licence or marketplace. value: name, what the fact says, number of the licence, or country that is shipped from. more: country of the seller, or classes of goods. known_at: since when it is known.';
COMMENT ON FUNCTION seller_change_begin(text[]) IS 'Called first in a transaction that changes several sellers: locks the directory, then what henpin-deadlines knows of these sellers, in the order that all keep, so that no two wait for each other.';
COMMENT ON FUNCTION seller_taken(text) IS 'Turns a refusal of seller_take into an error.';
COMMENT ON FUNCTION seller_enter(text, text, text) IS 'Enters a seller, or changes name and country as far as they are given.';
COMMENT ON FUNCTION seller_set_fact(text, text, text, timestamptz, timestamptz) IS 'A seller has a fact, in the words of the policy, for a time. The same valid_from again changes what it says and until when.';
COMMENT ON FUNCTION seller_set_licence(text, text, text, timestamptz, timestamptz) IS 'A seller holds a licence, in the words of the policy, for a time. The same number and valid_from again change until when.';
COMMENT ON FUNCTION seller_set_marketplace(text, text, text, text[], timestamptz, timestamptz) IS 'A seller sells at a marketplace, or is about to: what is missing there is told before the first order. categories: at most 100 classes of goods of at most 100 characters each; {}: not said.';
COMMENT ON FUNCTION seller_end(text, text, text, timestamptz) IS 'A fact, licence (of that number, or all of that kind) or marketplace ends then; what would begin later is taken back.';
