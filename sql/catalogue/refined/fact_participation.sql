-- One row per horror title, person and role: of TMDB where it has credits, else of the CSV files.
WITH of_tmdb AS (
    SELECT
        title.title_id,
        concat('tmdb:', cast(credit.person_id AS VARCHAR)) AS person_id,
        CASE
            WHEN credit.credit_type = 'cast' THEN 'cast' ELSE lower(coalesce(credit.job, credit.department, 'crew'))
        END AS role,
        credit.character,
        credit.billing_order
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.tmdb_credits AS credit
        ON title.tmdb_type = credit.title_type AND title.tmdb_id = credit.tmdb_id AND title.collected_on = credit.dt
),

credited AS (
    SELECT DISTINCT title_id
    FROM of_tmdb
),

of_csv AS (
    SELECT
        title.title_id,
        concat('imdb:', artist.artist_id) AS person_id,
        CASE
            WHEN artist.characters IS NOT NULL THEN 'cast'
            ELSE lower(coalesce(nullif(trim(split_part(artist.professions, ',', 1)), ''), artist.role))
        END AS role,
        artist.characters AS character,
        cast(NULL AS INTEGER) AS billing_order
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.title_artists AS artist
        ON title.title_id = artist.title_id
    LEFT JOIN credited
        ON title.title_id = credited.title_id
    WHERE credited.title_id IS NULL
),

part AS (
    SELECT * FROM of_tmdb
    UNION ALL
    SELECT * FROM of_csv
)

SELECT
    part.title_id,
    part.person_id,
    part.role,
    fact.release_date_key,
    nullif(
        array_to_string(
            list_sort(array_agg(DISTINCT part.character) FILTER (WHERE part.character IS NOT NULL)), ', '
        ),
        ''
    ) AS characters,
    min(part.billing_order) AS billing_order
FROM part
INNER JOIN refined_catalogue.fact_title AS fact
    ON part.title_id = fact.title_id
GROUP BY part.title_id, part.person_id, part.role, fact.release_date_key
