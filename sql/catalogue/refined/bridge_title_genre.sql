-- One row per horror title and genre, as either source has it.
WITH given AS (
    SELECT
        title.title_id,
        unnest(string_split(imdb.genres, ',')) AS genre,
        TRUE AS is_imdb
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.titles AS imdb
        ON title.title_id = imdb.title_id
    UNION ALL
    SELECT
        title.title_id,
        tmdb.genre_name AS genre,
        FALSE AS is_imdb
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.tmdb_genres AS tmdb
        ON title.tmdb_type = tmdb.title_type AND title.tmdb_id = tmdb.tmdb_id AND title.collected_on = tmdb.dt
    UNION ALL
    -- TMDB has no such genre of series; there its keyword says it.
    SELECT
        title.title_id,
        'Horror' AS genre,
        FALSE AS is_imdb
    FROM refined_catalogue.dim_title AS title
    WHERE title.is_tmdb_horror
),

named AS (
    SELECT
        given.title_id,
        coalesce(known.genre, concat(upper(substr(trim(given.genre), 1, 1)), lower(substr(trim(given.genre), 2))))
            AS genre,
        given.is_imdb
    FROM given
    LEFT JOIN declared_catalogue.genre_names AS known
        ON lower(trim(given.genre)) = known.source_genre
    WHERE trim(given.genre) <> ''
)

SELECT
    named.title_id,
    named.genre AS genre_id,
    bool_or(named.is_imdb) AS is_of_imdb,
    bool_or(NOT named.is_imdb) AS is_of_tmdb
FROM named
GROUP BY named.title_id, named.genre
