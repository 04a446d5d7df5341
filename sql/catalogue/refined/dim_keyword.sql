-- One row per TMDB keyword that a horror title has.
SELECT
    keyword.keyword_id,
    min(keyword.keyword_name) AS keyword_name
FROM refined_catalogue.dim_title AS title
INNER JOIN trusted_catalogue.tmdb_keywords AS keyword
    ON title.tmdb_type = keyword.title_type AND title.tmdb_id = keyword.tmdb_id AND title.collected_on = keyword.dt
GROUP BY keyword.keyword_id
