-- One row per payment of the run's days; its keys are the versions that held on the day of the payment.
SELECT
    payment.payment_id,
    payment.payment_date_key,
    customer.customer_key,
    staff.staff_key,
    payment.rental_id,
    payment.payment_at,
    payment.amount
FROM final_sakila.fact_payment AS payment
LEFT JOIN warehouse_sakila.dim_customer AS customer
    ON
        payment.customer_id = customer.customer_id
        AND payment.dt >= customer.valid_from AND payment.dt < customer.valid_to
LEFT JOIN warehouse_sakila.dim_staff AS staff
    ON
        payment.staff_id = staff.staff_id
        AND payment.dt >= staff.valid_from AND payment.dt < staff.valid_to
