//! The tables, alike on both engines. Changed together with `migrations/`; a test
//! compares it with both databases.
#![allow(missing_docs, reason = "the names are the documentation")]

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        customer_id -> Nullable<Text>,
        title -> Text,
        actor -> Text,
        payload -> Text,
        state -> Text,
        attempt -> BigInt,
        failures -> BigInt,
        again -> Bool,
        run_at -> Timestamp,
        lease_until -> Nullable<Timestamp>,
        worker -> Nullable<Text>,
        reason -> Nullable<Text>,
        created_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    job_steps (id) {
        id -> Text,
        job_id -> Text,
        attempt -> BigInt,
        name -> Text,
        state -> Text,
        detail -> Nullable<Text>,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        request_hash -> Text,
        response -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    rate_limits (bucket) {
        bucket -> Text,
        window_start -> Timestamp,
        hits -> BigInt,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Text,
        at -> Timestamp,
        actor -> Text,
        actor_name -> Text,
        action -> Text,
        subject -> Text,
        customer_id -> Nullable<Text>,
        detail -> Text,
        request_id -> Text,
        position -> Nullable<BigInt>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        state -> Text,
        staff_role -> Nullable<Text>,
        locale -> Text,
        time_zone -> Text,
        theme -> Text,
        totp_secret -> Nullable<Text>,
        totp_enabled -> Bool,
        totp_last_step -> BigInt,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        person_id -> Text,
        token_hash -> Text,
        previous_hash -> Nullable<Text>,
        created_at -> Timestamp,
        rotated_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        address -> Text,
        user_agent -> Text,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        person_id -> Text,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        person_id -> Nullable<Text>,
        purpose -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (person_id, code_hash) {
        person_id -> Text,
        code_hash -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    customers (id) {
        id -> Text,
        number -> BigInt,
        name -> Text,
        company -> Nullable<Text>,
        email -> Text,
        street -> Text,
        postal_code -> Text,
        city -> Text,
        region -> Nullable<Text>,
        country -> Text,
        tax_number -> Nullable<Text>,
        currency -> Text,
        locale -> Text,
        time_zone -> Text,
        state -> Text,
        notes -> Text,
        created_at -> Timestamp,
        version -> BigInt,
        tax_exempt -> Bool,
    }
}

diesel::table! {
    members (customer_id, person_id) {
        customer_id -> Text,
        person_id -> Text,
        role -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    plans (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        kind -> Text,
        vcpus -> BigInt,
        memory_mib -> BigInt,
        disk_gib -> BigInt,
        traffic_gib -> BigInt,
        private -> Bool,
        renewal_choices -> Text,
        state -> Text,
        created_at -> Timestamp,
        version -> BigInt,
        tlds -> Text,
    }
}

diesel::table! {
    prices (id) {
        id -> Text,
        plan_id -> Text,
        currency -> Text,
        months -> BigInt,
        amount_minor -> BigInt,
        setup_minor -> BigInt,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    nodes (id) {
        id -> Text,
        name -> Text,
        uri -> Text,
        hypervisor -> Text,
        acceleration -> Text,
        pool -> Text,
        network -> Text,
        vcpus_total -> BigInt,
        memory_mib_total -> BigInt,
        disk_gib_total -> BigInt,
        vcpus_reserved -> BigInt,
        memory_mib_reserved -> BigInt,
        disk_gib_reserved -> BigInt,
        state -> Text,
        link -> Text,
        link_reason -> Nullable<Text>,
        capabilities -> Text,
        seen_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    address_pools (id) {
        id -> Text,
        name -> Text,
        node_id -> Nullable<Text>,
        family -> BigInt,
        cidr -> Text,
        prefix -> BigInt,
        gateway -> Text,
        resolvers -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    addresses (id) {
        id -> Text,
        pool_id -> Text,
        address -> Text,
        position -> BigInt,
        state -> Text,
        server_id -> Nullable<Text>,
        free_after -> Nullable<Timestamp>,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    macs (mac) {
        mac -> Text,
        server_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    images (id) {
        id -> Text,
        name -> Text,
        family -> Text,
        boot -> Text,
        kernel -> Nullable<Text>,
        initrd -> Nullable<Text>,
        disk -> Nullable<Text>,
        command_line -> Text,
        minimum_memory_mib -> BigInt,
        minimum_disk_gib -> BigInt,
        state -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Text,
        customer_id -> Text,
        plan_id -> Text,
        price_id -> Text,
        plan_name -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        months -> BigInt,
        anchor -> Date,
        periods_billed -> BigInt,
        billed_until -> Date,
        renewal -> Text,
        state -> Text,
        suspended_at -> Nullable<Timestamp>,
        suspended_reason -> Nullable<Text>,
        cancelled_at -> Nullable<Timestamp>,
        terminated_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
        held -> Bool,
    }
}

diesel::table! {
    legal_entities (id) {
        id -> Text,
        name -> Text,
        street -> Text,
        postal_code -> Text,
        city -> Text,
        country -> Text,
        tax_number -> Text,
        email -> Text,
        currency -> Text,
        time_zone -> Text,
        bank_account -> Text,
        series -> Text,
        rounding -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    tax_rates (id) {
        id -> Text,
        country -> Text,
        rate -> Text,
        valid_from -> Date,
        created_at -> Timestamp,
    }
}

diesel::table! {
    number_series (legal_entity_id, series, year) {
        legal_entity_id -> Text,
        series -> Text,
        year -> BigInt,
        last -> BigInt,
        last_day -> Date,
    }
}

diesel::table! {
    invoices (id) {
        id -> Text,
        customer_id -> Text,
        legal_entity_id -> Text,
        kind -> Text,
        state -> Text,
        series -> Nullable<Text>,
        year -> Nullable<BigInt>,
        sequence -> Nullable<BigInt>,
        number -> Nullable<Text>,
        currency -> Text,
        net_minor -> BigInt,
        tax_minor -> BigInt,
        total_minor -> BigInt,
        open_minor -> BigInt,
        issue_day -> Nullable<Date>,
        due_day -> Nullable<Date>,
        document -> Text,
        document_hash -> Nullable<Text>,
        corrects -> Nullable<Text>,
        purpose -> Text,
        created_at -> Timestamp,
        issued_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        version -> BigInt,
        origin -> Nullable<Text>,
    }
}

diesel::table! {
    invoice_lines (id) {
        id -> Text,
        invoice_id -> Text,
        position -> BigInt,
        description -> Text,
        quantity -> Text,
        unit_minor -> BigInt,
        net_minor -> BigInt,
        tax_category -> Text,
        tax_rate -> Text,
        kind -> Text,
        subscription_id -> Nullable<Text>,
        period_start -> Nullable<Date>,
        period_end -> Nullable<Date>,
    }
}

diesel::table! {
    charges (id) {
        id -> Text,
        subscription_id -> Text,
        kind -> Text,
        period_start -> Date,
        period_end -> Date,
        invoice_id -> Text,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ledger_accounts (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        currency -> Text,
        customer_id -> Nullable<Text>,
        debits_minor -> BigInt,
        credits_minor -> BigInt,
        never_negative -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ledger_transfers (id) {
        id -> Text,
        at -> Timestamp,
        day -> Date,
        kind -> Text,
        reference -> Text,
        leg -> BigInt,
        currency -> Text,
        debit_account_id -> Text,
        credit_account_id -> Text,
        amount_minor -> BigInt,
        reason -> Text,
        position -> Nullable<BigInt>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        customer_id -> Text,
        method -> Text,
        reference -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        received_day -> Date,
        note -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    allocations (id) {
        id -> Text,
        customer_id -> Text,
        invoice_id -> Text,
        source -> Text,
        source_id -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    orders (id) {
        id -> Text,
        quote_id -> Text,
        customer_id -> Text,
        subscription_id -> Text,
        invoice_id -> Text,
        server_id -> Text,
        currency -> Text,
        total_minor -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    servers (id) {
        id -> Text,
        customer_id -> Text,
        subscription_id -> Text,
        node_id -> Text,
        image_id -> Text,
        hostname -> Text,
        ssh_keys -> Text,
        vcpus -> BigInt,
        memory_mib -> BigInt,
        disk_gib -> BigInt,
        mac -> Text,
        uuid -> Text,
        desired -> Text,
        suspended -> Bool,
        released -> Bool,
        generation -> BigInt,
        reboots -> BigInt,
        fence -> BigInt,
        stop_mode -> Text,
        purge_after -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    server_observations (server_id) {
        server_id -> Text,
        state -> Text,
        generation -> BigInt,
        reboots_done -> BigInt,
        built -> Bool,
        greeting -> Nullable<Text>,
        boot_id -> Nullable<Text>,
        facts -> Text,
        reason -> Nullable<Text>,
        observed_at -> Timestamp,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    server_disks (id) {
        id -> Text,
        server_id -> Text,
        node_id -> Text,
        name -> Text,
        size_gib -> BigInt,
        state -> Text,
        purge_after -> Nullable<Timestamp>,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    departments (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        state -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    tickets (id) {
        id -> Text,
        number -> BigInt,
        customer_id -> Text,
        department_id -> Text,
        server_id -> Nullable<Text>,
        subject -> Text,
        state -> Text,
        priority -> Text,
        opened_by -> Text,
        assigned_to -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        external_reference -> Nullable<Text>,
    }
}

diesel::table! {
    ticket_messages (id) {
        id -> Text,
        ticket_id -> Text,
        author_id -> Text,
        author_name -> Text,
        from_staff -> Bool,
        internal -> Bool,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ticket_attachments (id) {
        id -> Text,
        ticket_id -> Text,
        message_id -> Text,
        name -> Text,
        content_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        content -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    domains (id) {
        id -> Text,
        customer_id -> Text,
        subscription_id -> Nullable<Text>,
        name -> Text,
        state -> Text,
        registrar -> Text,
        registered_on -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        auth_code -> Nullable<Text>,
        name_servers -> Text,
        locked -> Bool,
        renews -> Bool,
        contacts -> Text,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    zones (id) {
        id -> Text,
        domain_id -> Text,
        name -> Text,
        state -> Text,
        default_ttl -> BigInt,
        primary_server -> Text,
        hostmaster -> Text,
        refresh -> BigInt,
        retry -> BigInt,
        expire -> BigInt,
        minimum -> BigInt,
        serial -> BigInt,
        observed_serial -> Nullable<BigInt>,
        observed_at -> Nullable<Timestamp>,
        fault -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    zone_records (id) {
        id -> Text,
        zone_id -> Text,
        owner -> Text,
        kind -> Text,
        ttl -> Nullable<BigInt>,
        data -> Text,
        digest -> Text,
        updated_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    zone_imports (id) {
        id -> Text,
        zone_id -> Text,
        mode -> Text,
        content -> Text,
        created_at -> Timestamp,
        applied_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        recipient -> Text,
        person_id -> Nullable<Text>,
        customer_id -> Nullable<Text>,
        kind -> Text,
        subject_id -> Text,
        occurrence -> Text,
        locale -> Text,
        subject -> Text,
        text_body -> Text,
        html_body -> Text,
        link_path -> Nullable<Text>,
        link_sealed -> Nullable<Text>,
        attached_invoice_id -> Nullable<Text>,
        state -> Text,
        error -> Nullable<Text>,
        tries -> BigInt,
        claim -> Nullable<Text>,
        unsure -> Bool,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reminders (id) {
        id -> Text,
        invoice_id -> Text,
        number -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    customer_origins (customer_id) {
        customer_id -> Text,
        system -> Text,
        reference -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    customer_contacts (id) {
        id -> Text,
        customer_id -> Text,
        role -> Text,
        name -> Text,
        company -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        street -> Text,
        postal_code -> Text,
        city -> Text,
        region -> Nullable<Text>,
        country -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    customer_fields (customer_id, position) {
        customer_id -> Text,
        position -> BigInt,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    reseller_links (customer_id) {
        customer_id -> Text,
        reseller_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    past_payments (id) {
        id -> Text,
        customer_id -> Text,
        invoice_id -> Nullable<Text>,
        system -> Text,
        kind -> Text,
        state -> Text,
        method -> Text,
        reference -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        fee_minor -> BigInt,
        at -> Nullable<Timestamp>,
        gives_back -> Nullable<Text>,
        note -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    payment_tokens (id) {
        id -> Text,
        customer_id -> Text,
        provider -> Text,
        kind -> Text,
        label -> Text,
        expires -> Nullable<Text>,
        token_sealed -> Nullable<Text>,
        is_default -> Bool,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    opening_balances (id) {
        id -> Text,
        customer_id -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        day -> Date,
        reference -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    subscription_origins (subscription_id) {
        subscription_id -> Text,
        system -> Text,
        reference -> Text,
        cycle -> Text,
        currency -> Text,
        price_minor -> BigInt,
        first_minor -> Nullable<BigInt>,
        setup_minor -> Nullable<BigInt>,
        renewal_minor -> Nullable<BigInt>,
        transfer_minor -> Nullable<BigInt>,
        non_refundable_minor -> Nullable<BigInt>,
        refund_days -> Nullable<BigInt>,
        started -> Nullable<Date>,
        expires -> Nullable<Date>,
        last_billed -> Nullable<Date>,
        next_due -> Nullable<Date>,
        next_invoice -> Nullable<Date>,
        price_made -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    migration_sources (id) {
        id -> Text,
        name -> Text,
        kind -> Text,
        host -> Text,
        zone -> Text,
        currency -> Text,
        scheme -> Text,
        protective_days -> BigInt,
        is_main_billing -> Bool,
        finds_conflicts -> Bool,
        parks_domains -> Bool,
        refuses_unmapped -> Bool,
        needs_registration -> Bool,
        associates_resellers -> Bool,
        collection -> BigInt,
        pass -> BigInt,
        verified_at -> Nullable<Timestamp>,
        transferred_at -> Nullable<Timestamp>,
        signed_by -> Nullable<Text>,
        signed_name -> Nullable<Text>,
        signed_digest -> Nullable<Text>,
        signed_at -> Nullable<Timestamp>,
        switched_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    migration_collections (id) {
        id -> Text,
        source_id -> Text,
        number -> BigInt,
        first_pass -> BigInt,
        last_pass -> BigInt,
        paths -> Text,
        options -> Text,
        state -> Text,
        records -> BigInt,
        added -> BigInt,
        changed -> BigInt,
        unchanged -> BigInt,
        repeated -> BigInt,
        vanished -> BigInt,
        gaps -> BigInt,
        facts -> Text,
        refusal_code -> Nullable<Text>,
        refusal_place -> Nullable<Text>,
        refusal_reason -> Nullable<Text>,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    migration_records (id) {
        id -> Text,
        source_id -> Text,
        kind -> Text,
        external_id -> Text,
        party -> Nullable<Text>,
        parent -> Nullable<Text>,
        domain -> Nullable<Text>,
        name -> Text,
        status -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        hash -> Text,
        body -> Text,
        seen_in -> BigInt,
        changed_in -> BigInt,
        added_in -> BigInt,
        is_gone -> Bool,
        is_selected -> Bool,
        decision -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
        associated_with -> Nullable<Text>,
        verdict -> Nullable<Text>,
        reasons -> Text,
        transfer -> Nullable<Text>,
        transfer_reason -> Nullable<Text>,
    }
}

diesel::table! {
    migration_links (source_id, kind, external_id, to_kind, to_id) {
        source_id -> Text,
        kind -> Text,
        external_id -> Text,
        to_kind -> Text,
        to_id -> Text,
    }
}

diesel::table! {
    migration_gaps (id) {
        id -> Text,
        source_id -> Text,
        collection -> BigInt,
        kind -> Text,
        place -> Text,
        record -> Nullable<Text>,
        external_id -> Nullable<Text>,
        field -> Nullable<Text>,
        reason -> Text,
        count -> BigInt,
    }
}

diesel::table! {
    migration_templates (id) {
        id -> Text,
        source_id -> Text,
        product -> Text,
        tld -> Text,
        class -> Text,
        plan_id -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    migration_landings (id) {
        id -> Text,
        source_id -> Text,
        kind -> Text,
        external_id -> Text,
        outcome -> Text,
        slice -> Text,
        object_id -> Text,
        customer_id -> Nullable<Text>,
        hash -> Text,
        reason -> Text,
        remarks -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    found_guests (id) {
        id -> Text,
        node_id -> Text,
        uuid -> Text,
        name -> Text,
        standing -> Text,
        facts -> Text,
        document -> Text,
        wanted -> Nullable<Text>,
        refusal -> Nullable<Text>,
        server_id -> Nullable<Text>,
        found_at -> Timestamp,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    server_adoptions (server_id) {
        server_id -> Text,
        node_id -> Text,
        name -> Text,
        pool -> Nullable<Text>,
        volume -> Text,
        document -> Text,
        addresses -> Text,
        adopted_at -> Timestamp,
    }
}

diesel::table! {
    network_in_use (what, node_id, guest_uuid) {
        what -> Text,
        node_id -> Text,
        guest_uuid -> Text,
        guest_name -> Text,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    migration_content (source_id) {
        source_id -> Text,
        source -> Text,
        target -> Text,
        source_secret -> Nullable<Text>,
        target_secret -> Nullable<Text>,
        mailboxes_at_once -> BigInt,
        connections -> BigInt,
        bytes_per_second -> Nullable<BigInt>,
        asked -> Nullable<Text>,
    }
}

diesel::table! {
    migration_mailboxes (id) {
        id -> Text,
        source_id -> Text,
        external_id -> Text,
        address -> Text,
        customer_id -> Text,
        state -> Text,
        asked -> Nullable<Text>,
        is_running -> Bool,
        tries -> BigInt,
        messages -> BigInt,
        bytes -> BigInt,
        largest_folder -> Nullable<Text>,
        largest_bytes -> Nullable<BigInt>,
        lacks_bytes -> BigInt,
        measured_at -> Nullable<Timestamp>,
        is_dry -> Bool,
        found -> BigInt,
        copied -> BigInt,
        copied_bytes -> BigInt,
        already -> BigInt,
        planned -> BigInt,
        planned_bytes -> BigInt,
        skipped -> BigInt,
        code -> Nullable<Text>,
        reason -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        source_secret -> Nullable<Text>,
        target_secret -> Nullable<Text>,
        link_hash -> Nullable<Text>,
        link_expires_at -> Nullable<Timestamp>,
        link_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    migration_mailbox_folders (mailbox_id, folder) {
        mailbox_id -> Text,
        folder -> Text,
        messages -> BigInt,
        progress -> Text,
    }
}

diesel::joinable!(job_steps -> jobs (job_id));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(api_keys -> people (person_id));
diesel::joinable!(links -> people (person_id));
diesel::joinable!(recovery_codes -> people (person_id));
diesel::joinable!(members -> customers (customer_id));
diesel::joinable!(members -> people (person_id));
diesel::joinable!(prices -> plans (plan_id));
diesel::joinable!(address_pools -> nodes (node_id));
diesel::joinable!(addresses -> address_pools (pool_id));
diesel::joinable!(subscriptions -> customers (customer_id));
diesel::joinable!(subscriptions -> plans (plan_id));
diesel::joinable!(subscriptions -> prices (price_id));
diesel::joinable!(number_series -> legal_entities (legal_entity_id));
diesel::joinable!(invoices -> customers (customer_id));
diesel::joinable!(invoices -> legal_entities (legal_entity_id));
diesel::joinable!(invoice_lines -> invoices (invoice_id));
diesel::joinable!(charges -> invoices (invoice_id));
diesel::joinable!(ledger_transfers -> ledger_accounts (debit_account_id));
diesel::joinable!(payments -> customers (customer_id));
diesel::joinable!(allocations -> customers (customer_id));
diesel::joinable!(allocations -> invoices (invoice_id));
diesel::joinable!(orders -> customers (customer_id));
diesel::joinable!(orders -> subscriptions (subscription_id));
diesel::joinable!(orders -> invoices (invoice_id));
diesel::joinable!(servers -> customers (customer_id));
diesel::joinable!(servers -> subscriptions (subscription_id));
diesel::joinable!(servers -> nodes (node_id));
diesel::joinable!(servers -> images (image_id));
diesel::joinable!(server_disks -> servers (server_id));
diesel::joinable!(server_disks -> nodes (node_id));
diesel::joinable!(found_guests -> nodes (node_id));
diesel::joinable!(found_guests -> servers (server_id));
diesel::joinable!(server_adoptions -> servers (server_id));
diesel::joinable!(server_adoptions -> nodes (node_id));
diesel::joinable!(network_in_use -> nodes (node_id));
diesel::joinable!(tickets -> customers (customer_id));
diesel::joinable!(tickets -> departments (department_id));
diesel::joinable!(ticket_messages -> tickets (ticket_id));
diesel::joinable!(ticket_attachments -> tickets (ticket_id));
diesel::joinable!(ticket_attachments -> ticket_messages (message_id));
diesel::joinable!(reminders -> invoices (invoice_id));
diesel::joinable!(customer_origins -> customers (customer_id));
diesel::joinable!(customer_contacts -> customers (customer_id));
diesel::joinable!(customer_fields -> customers (customer_id));
diesel::joinable!(past_payments -> customers (customer_id));
diesel::joinable!(past_payments -> invoices (invoice_id));
diesel::joinable!(payment_tokens -> customers (customer_id));
diesel::joinable!(opening_balances -> customers (customer_id));
diesel::joinable!(subscription_origins -> subscriptions (subscription_id));
diesel::joinable!(migration_collections -> migration_sources (source_id));
diesel::joinable!(migration_records -> migration_sources (source_id));
diesel::joinable!(migration_links -> migration_sources (source_id));
diesel::joinable!(migration_gaps -> migration_sources (source_id));
diesel::joinable!(migration_templates -> migration_sources (source_id));
diesel::joinable!(migration_landings -> migration_sources (source_id));
diesel::joinable!(migration_templates -> plans (plan_id));
diesel::joinable!(domains -> customers (customer_id));
diesel::joinable!(domains -> subscriptions (subscription_id));
diesel::joinable!(zones -> domains (domain_id));
diesel::joinable!(zone_records -> zones (zone_id));
diesel::joinable!(zone_imports -> zones (zone_id));
diesel::joinable!(migration_content -> migration_sources (source_id));
diesel::joinable!(migration_mailboxes -> migration_sources (source_id));
diesel::joinable!(migration_mailbox_folders -> migration_mailboxes (mailbox_id));

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    counters,
    jobs,
    job_steps,
    outbox,
    idempotency_keys,
    rate_limits,
    audit_log,
    people,
    sessions,
    api_keys,
    links,
    recovery_codes,
    customers,
    members,
    plans,
    prices,
    nodes,
    address_pools,
    addresses,
    macs,
    images,
    subscriptions,
    legal_entities,
    tax_rates,
    number_series,
    invoices,
    invoice_lines,
    charges,
    ledger_accounts,
    ledger_transfers,
    payments,
    allocations,
    orders,
    servers,
    server_observations,
    server_disks,
    found_guests,
    server_adoptions,
    network_in_use,
    departments,
    tickets,
    ticket_messages,
    ticket_attachments,
    domains,
    zones,
    zone_records,
    zone_imports,
    mails,
    reminders,
    customer_origins,
    customer_contacts,
    customer_fields,
    reseller_links,
    past_payments,
    payment_tokens,
    opening_balances,
    subscription_origins,
    migration_sources,
    migration_collections,
    migration_records,
    migration_links,
    migration_gaps,
    migration_templates,
    migration_landings,
    migration_content,
    migration_mailboxes,
    migration_mailbox_folders,
);
