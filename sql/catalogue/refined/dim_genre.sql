-- One row per genre that a title of either source has, in one spelling.
WITH told AS (
    SELECT unnest(string_split(title.genres, ',')) AS genre
    FROM trusted_catalogue.titles AS title
    UNION
    SELECT genre.genre_name AS genre
    FROM trusted_catalogue.tmdb_genres AS genre
    UNION
    SELECT 'Horror' AS genre
),

named AS (
    SELECT
        coalesce(known.genre, concat(upper(substr(trim(told.genre), 1, 1)), lower(substr(trim(told.genre), 2))))
            AS genre_id
    FROM told
    LEFT JOIN declared_catalogue.genre_names AS known
        ON lower(trim(told.genre)) = known.told
    WHERE trim(told.genre) <> ''
)

SELECT
    named.genre_id,
    min(term.subgenre) AS subgenre_id
FROM named
LEFT JOIN declared_catalogue.subgenre_terms AS term
    ON term.kind = 'genre' AND lower(named.genre_id) = lower(term.term)
GROUP BY named.genre_id
