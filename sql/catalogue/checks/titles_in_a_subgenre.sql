-- One row per refined star: whether each horror title has a sub-genre, be it `Other`.
SELECT
    CASE
        WHEN
            count(*) > 0
            THEN concat(cast(count(*) AS VARCHAR), ' titles have no sub-genre, such as ', min(title.title_id))
    END AS fault
FROM refined_catalogue.dim_title AS title
WHERE title.title_id NOT IN (SELECT bridge.title_id FROM refined_catalogue.bridge_title_subgenre AS bridge)
