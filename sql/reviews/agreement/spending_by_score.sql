-- One row per score of customers who wrote reviews: customers, reviews and what they spent, as the marts count them.
SELECT
    positive_reviews AS review_score,
    count(*) AS customers,
    sum(reviews) AS reviews,
    sum(amount_spent) AS amount_spent
FROM marts.reviewers
GROUP BY positive_reviews
