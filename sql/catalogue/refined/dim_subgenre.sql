-- One row per sub-genre of horror in subgenres.csv, and one for titles that none of its terms fits.
SELECT
    term.subgenre AS subgenre_id,
    array_to_string(list_sort(array_agg(concat(term.kind, ' ', lower(term.term)))), ', ') AS terms
FROM declared_catalogue.subgenre_terms AS term
GROUP BY term.subgenre
UNION ALL
SELECT
    'Other' AS subgenre_id,
    '' AS terms
