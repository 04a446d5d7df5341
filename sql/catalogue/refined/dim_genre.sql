-- One row per genre that a title of either source has, in one spelling.
WITH given AS (
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
        coalesce(known.genre, concat(upper(substr(trim(given.genre), 1, 1)), lower(substr(trim(given.genre), 2))))
            AS genre_id
    FROM given
    LEFT JOIN declared_catalogue.genre_names AS known
        ON lower(trim(given.genre)) = known.source_genre
    WHERE trim(given.genre) <> ''
)

SELECT
    named.genre_id,
    min(term.subgenre) AS subgenre_id
FROM named
LEFT JOIN declared_catalogue.subgenre_terms AS term
    ON term.kind = 'genre' AND lower(named.genre_id) = lower(term.term)
GROUP BY named.genre_id
