-- The guarantee of the analytics guide, 1.1: nobody is twice in the same funnel for the same test.
ALTER TABLE funnel_entries ADD UNIQUE KEY funnel_entries_unique (email, funnel_type, test_id);
