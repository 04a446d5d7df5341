-- One row per film category that is rented: place, rentals and what was paid for them, as the marts count them.
SELECT
    place,
    category,
    rentals,
    paid
FROM marts.categories
WHERE rentals > 0
