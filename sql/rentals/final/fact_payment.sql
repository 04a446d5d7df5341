-- One row per payment, on the day it was made.
SELECT
    payment.dt,
    payment.payment_id,
    year(payment.dt) * 10000 + month(payment.dt) * 100 + day(payment.dt) AS payment_date_key,
    payment.payment_date AS payment_at,
    payment.rental_id,
    coalesce(payment.customer_id, 0) AS customer_id,
    coalesce(payment.staff_id, 0) AS staff_id,
    payment.amount
FROM stage_sakila.payment AS payment
