-- One row per horror title and TMDB keyword.
SELECT
    title.title_id,
    keyword.keyword_id
FROM refined_catalogue.dim_title AS title
INNER JOIN trusted_catalogue.tmdb_keywords AS keyword
    ON title.tmdb_type = keyword.title_type AND title.tmdb_id = keyword.tmdb_id AND title.collected_on = keyword.dt
