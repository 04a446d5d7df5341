-- One row per customer among the ten who rented most: rentals and what was paid for them, as the marts count them.
SELECT
    row_number() OVER (ORDER BY rentals DESC, customer_id) AS place,
    customer_id,
    rentals,
    paid
FROM marts.customers
WHERE customer_id <> 0 AND rentals > 0
ORDER BY place
LIMIT 10
