-- One row per member whose rows before and after are not the same.
SELECT DISTINCT member
FROM (
    (
        SELECT * FROM rows_after
        EXCEPT
        SELECT * FROM rows_before
    )
    UNION ALL
    (
        SELECT * FROM rows_before
        EXCEPT
        SELECT * FROM rows_after
    )
) AS rows_of_one
ORDER BY member
