-- What the seller directory knows in the demo.
INSERT INTO henpin.seller (seller_id, name, country) VALUES
    ('sakura-direct', 'Sakura Direct (invented)', 'CN'),
    ('kumo-audio', 'Kumo Audio (invented)', 'DE'),
    ('online-retail', 'the shop of the Online Retail data', 'GB');
INSERT INTO henpin.seller_fact (seller_id, fact) VALUES
    ('sakura-direct', 'return_address.jp'),
    ('sakura-direct', 'policy.disclosed'),
    ('online-retail', 'policy.disclosed');
