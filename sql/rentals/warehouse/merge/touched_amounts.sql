-- One row per touched rental: what was paid for it, in all.
INSERT INTO touched_amount (rental_id, amount)
SELECT
    touched.rental_id,
    COALESCE(SUM(payment.amount), 0) AS amount
FROM touched_rental AS touched
LEFT JOIN fact_payment AS payment
    ON touched.rental_id = payment.rental_id
GROUP BY touched.rental_id
