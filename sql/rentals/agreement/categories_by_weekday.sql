-- One row per film category and day of the week on which it was rented: rentals, as the marts count them.
SELECT
    day_of_week,
    category,
    rentals
FROM marts.categories_by_weekday
WHERE rentals > 0
