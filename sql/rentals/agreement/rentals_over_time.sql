-- One row per day on which something was rented: rentals and what was paid for them, as the marts count them.
SELECT
    rental_date AS date,
    count(*) AS rentals,
    sum(amount) AS paid
FROM marts.rentals
GROUP BY rental_date
