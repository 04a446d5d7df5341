-- One row per horror title and sub-genre that a genre or keyword of it stands for; `Other` alone where none does.
WITH title_terms AS (
    SELECT
        bridge.title_id,
        'genre' AS kind,
        lower(bridge.genre_id) AS term
    FROM refined_catalogue.bridge_title_genre AS bridge
    UNION ALL
    SELECT
        bridge.title_id,
        'keyword' AS kind,
        lower(keyword.keyword_name) AS term
    FROM refined_catalogue.bridge_title_keyword AS bridge
    INNER JOIN refined_catalogue.dim_keyword AS keyword
        ON bridge.keyword_id = keyword.keyword_id
),

found AS (
    SELECT DISTINCT
        title_terms.title_id,
        known.subgenre AS subgenre_id,
        concat(title_terms.kind, ' ', title_terms.term) AS evidence
    FROM title_terms
    INNER JOIN declared_catalogue.subgenre_terms AS known
        ON title_terms.kind = known.kind AND title_terms.term = lower(known.term)
)

SELECT
    title.title_id,
    coalesce(found.subgenre_id, 'Other') AS subgenre_id,
    array_to_string(list_sort(array_agg(coalesce(found.evidence, 'no term fits'))), ', ') AS evidence
FROM refined_catalogue.dim_title AS title
LEFT JOIN found
    ON title.title_id = found.title_id
GROUP BY title.title_id, coalesce(found.subgenre_id, 'Other')
