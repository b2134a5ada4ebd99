//! Every statement. A test holds that none looks through a table: what they find they find by an index.

/// Declares statements, each with its name, and the list of all.
macro_rules! statements {
    ($($name:ident = $text:expr;)*) => {
        $(pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// What `row::wait` reads, of a wait `w` and the text `n` of its name: where that is lost the wait is damaged, and not gone.
macro_rules! wait {
    ($rest:expr) => {
        concat!(
            "SELECT w.process, w.thread, w.slot, w.kind, n.value, w.body, w.since, w.due, w.outcome, w.attempt, \
             w.repeatable, w.not_before FROM ",
            $rest
        )
    };
}

/// Whether a process `$process` has no wait but those for its own threads.
macro_rules! waits_for_nothing {
    ($process:expr) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM wait WHERE process = ",
            $process,
            " AND NOT (kind = 1 AND due IS NULL AND outcome IS NULL))"
        )
    };
}

/// Whether what a process of the table `live l` waits for is lost; `$now` is what the clock shows.
macro_rules! lost {
    ($now:expr) => {
        concat!(
            "l.hold = 0 AND l.control IS NULL AND l.turns > 0 AND (l.ready IS NULL OR l.ready > ",
            $now,
            ") AND ",
            waits_for_nothing!("l.process")
        )
    };
}

/// What `row::process` reads, of the processes of a table `p` that `$from` gives.
macro_rules! process {
    ($from:expr) => {
        concat!(
            "SELECT p.id, c.hash, o.value, p.name, p.input, p.options, p.started, coalesce(l.changed, p.changed), \
             coalesce(l.turns, p.turns), coalesce(l.shared, p.shared), p.status, p.result, l.ready, l.hold, \
             EXISTS (SELECT 1 FROM wait WHERE process = p.id AND kind <> 7 AND kind >= 6 AND outcome IS NULL), \
             EXISTS (SELECT 1 FROM wait WHERE process = p.id AND kind = 7 AND kind >= 6 AND outcome IS NULL), \
             l.hold = 0 AND l.control IS NULL AND ",
            waits_for_nothing!("p.id"),
            " FROM ",
            $from,
            " LEFT JOIN code c ON c.id = p.code LEFT JOIN text o ON o.id = p.owner \
             LEFT JOIN live l ON l.process = p.id"
        )
    };
}

statements! {
    // Transactions, numbers, texts.
    BEGIN_WRITE = "BEGIN IMMEDIATE";
    BEGIN_READ = "BEGIN";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";
    NUMBER = "SELECT value FROM counter WHERE id = 1";
    SET_NUMBER = "UPDATE counter SET value = ?1 WHERE id = 1";
    TEXT_ID = "SELECT id FROM text WHERE value = ?1";
    ADD_TEXT = "INSERT INTO text (value) VALUES (?1)";
    STORE_NAME = "SELECT value FROM meta WHERE name = 'name'";
    CODE_ID = "SELECT id FROM code WHERE hash = ?1";
    HAS_CODE = "SELECT EXISTS (SELECT 1 FROM code WHERE hash = ?1)";
    CODE_BODY = "SELECT body FROM code WHERE hash = ?1";
    ADD_CODE = "INSERT INTO code (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

    // Starts.
    LAST_EVENT = "SELECT coalesce(max(id), 0) FROM event";
    ADD_PROCESS = "INSERT INTO process (code, owner, name, input, options, started, events_after) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    ADD_LIVE = "INSERT INTO live (process, ready, hold, changed, turns) VALUES (?1, ?2, 0, ?2, 0)";
    ADD_READY = "INSERT INTO ready VALUES (?1, ?2)";
    END_READY = "DELETE FROM ready WHERE at = ?1 AND process = ?2";

    // Claims.
    IS_READY = "SELECT EXISTS (SELECT 1 FROM ready WHERE at <= ?1) OR EXISTS (SELECT 1 FROM claim WHERE lease <= ?1)";
    OVER = "SELECT process FROM claim WHERE lease <= ?1";
    READY = "SELECT at, process FROM ready WHERE at <= ?1 ORDER BY at, process LIMIT ?2";
    // Who is in the queue and claimed all the same is claimed anew: the claim that was is lost.
    CLAIM = "INSERT INTO claim VALUES (?1, ?2, ?3, ?4) \
        ON CONFLICT DO UPDATE SET epoch = excluded.epoch, worker = excluded.worker, lease = excluded.lease";
    IS_LIVE = "SELECT status IS NULL FROM process WHERE id = ?1";
    BLOCK = "INSERT INTO live (process, ready, hold, changed, turns) VALUES (?1, NULL, 2, ?2, -1) \
        ON CONFLICT DO UPDATE SET hold = hold | 2";
    IS_DAMAGED = "SELECT EXISTS (SELECT 1 FROM process p LEFT JOIN live l ON l.process = p.id \
        WHERE p.id = ?1 AND p.status IS NULL AND (l.turns IS NULL OR l.turns < 0))";
    // Who is claimed is at work, or will be freed.
    LOOK_OVER = concat!("SELECT l.process, ", lost!("?3"), " AND NOT EXISTS (SELECT 1 FROM claim WHERE process = l.process), \
        l.hold = 0 AND l.ready IS NOT NULL AND NOT EXISTS (SELECT 1 FROM claim WHERE process = l.process) AND \
        NOT EXISTS (SELECT 1 FROM ready r WHERE r.at = l.ready AND r.process = l.process) \
        FROM live l WHERE l.process > ?1 ORDER BY l.process LIMIT ?2");
    LOST = concat!("SELECT l.changed FROM live l WHERE l.process = ?1 AND ", lost!("?2"));
    END_CLAIM = "DELETE FROM claim WHERE process = ?1";
    IS_CLAIMED = "SELECT EXISTS (SELECT 1 FROM claim WHERE process = ?1)";
    READINESS = "SELECT ready, hold FROM live WHERE process = ?1";
    CLAIMED = "SELECT c.hash, o.value, p.input, p.options, l.shared, l.turns, l.control \
        FROM live l CROSS JOIN process p ON p.id = l.process CROSS JOIN code c ON c.id = p.code \
        CROSS JOIN text o ON o.id = p.owner WHERE l.process = ?1";
    ARRIVED = wait!("wait w LEFT JOIN text n ON n.id = w.name \
        WHERE w.process = ?1 AND w.outcome IS NOT NULL ORDER BY w.number");
    DUE = wait!("wait w LEFT JOIN text n ON n.id = w.name \
        WHERE w.process = ?1 AND w.thread = 0 AND w.outcome IS NULL AND w.due <= ?2");
    DUE_OTHERS = wait!("wait w INDEXED BY wait_due LEFT JOIN text n ON n.id = w.name \
        WHERE w.process = ?1 AND w.thread > 0 AND w.outcome IS NULL AND w.due <= ?2");
    HAS_LEASES = "SELECT EXISTS (SELECT 1 FROM claim WHERE lease > -1) OR EXISTS (SELECT 1 FROM wait WHERE lease > -1)";
    RENEW_CLAIMS = "UPDATE claim SET lease = ?2 WHERE lease > -1 AND worker = ?1";
    RENEW_CALLS = "UPDATE wait SET lease = ?2 WHERE lease IS NOT NULL AND lease > -1 AND worker = ?1";
    IS_OVER = "SELECT EXISTS (SELECT 1 FROM claim WHERE lease <= ?1) OR EXISTS (SELECT 1 FROM wait WHERE lease <= ?1)";
    CALLS_OVER = "SELECT process, thread, slot, repeatable FROM wait WHERE lease <= ?1";
    NEXT_READY = "SELECT min(at) FROM ready WHERE at > -9223372036854775808";
    NEXT_LEASE = "SELECT min(lease) FROM claim WHERE lease > -1";
    NEXT_CALL = "SELECT min(queued) FROM wait WHERE queued < 9223372036854775807";
    NEXT_CALL_LEASE = "SELECT min(lease) FROM wait WHERE lease > -1";

    // Threads.
    OWN_THREAD = "SELECT state FROM own_thread WHERE process = ?1";
    THREAD = "SELECT state FROM thread WHERE process = ?1 AND thread = ?2";
    SET_OWN_THREAD = "INSERT INTO own_thread VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = excluded.state";
    SET_THREAD = "INSERT INTO thread VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET state = excluded.state";
    HAS_OWN_THREAD = "SELECT 0 FROM own_thread WHERE process = ?1";
    THREADS = "SELECT thread FROM thread WHERE process = ?1 ORDER BY thread";
    END_OWN_THREAD = "DELETE FROM own_thread WHERE process = ?1";
    END_THREAD = "DELETE FROM thread WHERE process = ?1 AND thread = ?2";
    END_THREADS = "DELETE FROM thread WHERE process = ?1";

    // Turns.
    CLAIM_OF = "SELECT c.epoch, c.worker, l.control, l.control_number, l.turns, l.hold, l.journal \
        FROM claim c CROSS JOIN live l ON l.process = c.process WHERE c.process = ?1";
    CLAIM_BY = "SELECT epoch, worker FROM claim WHERE process = ?1";
    ADD_JOURNAL = "INSERT INTO journal (number, previous, entry, link) VALUES (?1, ?2, ?3, ?4)";
    LINK = "SELECT link FROM journal WHERE id = ?1";
    LAST_ACT = "SELECT turns, link FROM act WHERE process = ?1 ORDER BY id DESC LIMIT 1";
    STARTED = "SELECT c.hash, o.value, p.name, p.input, p.options, p.started FROM process p \
        CROSS JOIN code c ON c.id = p.code CROSS JOIN text o ON o.id = p.owner WHERE p.id = ?1";
    NEXT_OF = "SELECT EXISTS (SELECT 1 FROM wait WHERE process = ?1 AND outcome IS NOT NULL), \
        (SELECT min(due) FROM wait WHERE process = ?1 AND thread = 0 AND outcome IS NULL), \
        (SELECT due FROM wait INDEXED BY wait_due WHERE process = ?1 AND thread > 0 AND outcome IS NULL \
        AND due IS NOT NULL ORDER BY due LIMIT 1)";
    SET_LIVE = "UPDATE live SET ready = ?2, hold = ?3, control = ?4, control_number = ?5, changed = ?6, turns = ?7, \
        journal = ?8, shared = ?9 WHERE process = ?1";
    END_LIVE = "DELETE FROM live WHERE process = ?1";
    END_PROCESS = "UPDATE process SET status = ?2, result = ?3, changed = ?4, turns = ?5, journal = ?6, \
        shared = ?7 WHERE id = ?1";

    // Waits.
    ADD_WAIT = "INSERT INTO wait (process, thread, slot, kind, name, body, since, due, number, attempt, repeatable, \
        not_before, queued) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING";
    WAIT_AT = "SELECT kind, name, outcome, number, due FROM wait WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    BODY_AT = "SELECT body FROM wait WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    END_WAIT = "DELETE FROM wait WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    EVENT_WAITS = "SELECT thread, slot, name, body FROM wait \
        WHERE process = ?1 AND thread BETWEEN ?2 AND ?3 AND kind = 2 AND outcome IS NULL";
    END_WAITS_OF_THREAD = "DELETE FROM wait WHERE process = ?1 AND thread = ?2";
    END_WAITS = "DELETE FROM wait WHERE process = ?1";
    DELIVER = "UPDATE wait SET kind = ?4, outcome = ?5, number = ?6, not_before = NULL, queued = NULL, worker = NULL, \
        lease = NULL WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    WAKE = "UPDATE live SET ready = ?2 WHERE process = ?1";
    ADD_KEY = "INSERT OR IGNORE INTO wait_key VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    END_KEY = "DELETE FROM wait_key \
        WHERE name = ?1 AND rank = ?2 AND key = ?3 AND process = ?4 AND thread = ?5 AND slot = ?6";

    // Calls.
    IS_QUEUED = "SELECT EXISTS (SELECT 1 FROM wait WHERE queued <= ?1)";
    QUEUED = "SELECT process, thread, slot FROM wait WHERE queued <= ?1 ORDER BY queued, number LIMIT ?2";
    BEGIN_CALL = "UPDATE wait SET kind = 4, not_before = NULL, queued = NULL, attempt = attempt + 1, worker = ?4, \
        lease = ?5 WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    BEGUN = "SELECT o.value, c.hash, n.value, w.body, w.attempt, w.repeatable, p.key \
        FROM wait w CROSS JOIN process p ON p.id = w.process CROSS JOIN code c ON c.id = p.code \
        CROSS JOIN text o ON o.id = p.owner LEFT JOIN text n ON n.id = w.name \
        WHERE w.process = ?1 AND w.thread = ?2 AND w.slot = ?3";
    BEGUN_BY = "SELECT worker, attempt FROM wait WHERE process = ?1 AND thread = ?2 AND slot = ?3 AND kind = 4";
    HOLD = "SELECT hold, control FROM live WHERE process = ?1";
    REPEAT = "UPDATE wait SET kind = 3, not_before = ?4, queued = CASE WHEN ?5 THEN 9223372036854775807 \
        ELSE coalesce(?4, since) END, worker = NULL, lease = NULL WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    FORGET = "UPDATE wait SET kind = 6, worker = NULL, lease = NULL WHERE process = ?1 AND thread = ?2 AND slot = ?3";
    HALT_CALLS = "UPDATE wait SET queued = 9223372036854775807 WHERE process = ?1 AND kind = 3";
    QUEUE_CALLS = "UPDATE wait SET queued = coalesce(not_before, since) WHERE process = ?1 AND kind = 3";

    // Events.
    HAS_EVENT = "SELECT EXISTS (SELECT 1 FROM event WHERE topic = ?1 AND only = ?2)";
    ADD_EVENT = "INSERT INTO event (topic, fields, at, only) VALUES (?1, ?2, ?3, ?4)";
    ADD_EVENT_KEY = "INSERT OR IGNORE INTO event_key VALUES (?1, ?2, ?3)";
    WAITING_FOR = "SELECT k.process, k.thread, k.slot, w.body FROM wait_key k \
        CROSS JOIN wait w ON w.process = k.process AND w.thread = k.thread AND w.slot = k.slot \
        WHERE k.name = ?1 AND k.rank = 0 AND k.key = ?2";
    CANDIDATES = "SELECT k.event, e.fields FROM event_key k CROSS JOIN event e ON e.id = k.event \
        WHERE k.topic = ?1 AND k.key = ?2 AND k.event > ?3 ORDER BY k.event";
    CANDIDATES_CARRIED = "SELECT c.event, e.fields FROM carried c CROSS JOIN event e ON e.id = c.event \
        WHERE c.process = ?2 AND c.event > ?3 AND e.topic = ?1 ORDER BY c.event";
    EVENTS_AFTER = "SELECT events_after FROM process WHERE id = ?1";
    IS_RECEIVED = "SELECT EXISTS (SELECT 1 FROM received WHERE process = ?1 AND thread = ?2 AND event = ?3)";
    IS_OUTCOME = "SELECT EXISTS (SELECT 1 FROM wait WHERE process = ?1 AND outcome IS NOT NULL AND thread = ?2 \
        AND outcome = ?3)";
    ADD_RECEIVED = "INSERT OR IGNORE INTO received VALUES (?1, ?2, ?3)";
    COPY_RECEIVED = "INSERT OR IGNORE INTO received SELECT process, ?3, event FROM received \
        WHERE process = ?1 AND thread = ?2";
    END_RECEIVED_OF_THREAD = "DELETE FROM received WHERE process = ?1 AND thread = ?2";
    END_RECEIVED = "DELETE FROM received WHERE process = ?1";
    CURSOR = "SELECT event FROM cursor WHERE process = ?1 AND thread = ?2 AND topic = ?3 AND body = ?4";
    SET_CURSOR = "INSERT INTO cursor VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET event = excluded.event";
    COPY_CURSORS = "INSERT OR IGNORE INTO cursor SELECT process, ?3, topic, body, event FROM cursor \
        WHERE process = ?1 AND thread = ?2";
    END_CURSORS_OF_THREAD = "DELETE FROM cursor WHERE process = ?1 AND thread = ?2";
    END_CURSORS = "DELETE FROM cursor WHERE process = ?1";
    SOURCE = "SELECT cursor FROM source WHERE name = ?1";
    SET_SOURCE = "INSERT INTO source VALUES (?1, ?2) ON CONFLICT DO UPDATE SET cursor = excluded.cursor";
    EVENT = "SELECT e.id, t.value, e.fields, e.at FROM event e CROSS JOIN text t ON t.id = e.topic WHERE e.id = ?1";
    EVENTS = "SELECT e.id, t.value, e.fields, e.at FROM event e CROSS JOIN text t ON t.id = e.topic \
        WHERE e.id > ?1 AND NOT EXISTS (SELECT 1 FROM carried WHERE event = e.id) ORDER BY e.id LIMIT ?2";
    EVENTS_OF = "SELECT e.id, t.value, e.fields, e.at FROM event_key k CROSS JOIN event e ON e.id = k.event \
        CROSS JOIN text t ON t.id = e.topic WHERE k.topic = ?3 AND k.key = '' AND k.event > ?1 ORDER BY k.event LIMIT ?2";

    // People.
    WISH = "SELECT hold, control, control_number FROM live WHERE process = ?1";
    CONTROL = "UPDATE live SET hold = ?2, control = ?3, control_number = ?4 WHERE process = ?1";
    PEOPLE = wait!("wait w LEFT JOIN text n ON n.id = w.name WHERE w.kind >= 6 AND w.outcome IS NULL \
        AND w.since > -9223372036854775808 ORDER BY w.since, w.process, w.thread, w.slot LIMIT ?1");
    ADD_NOTICE = "INSERT INTO notice (process, at, text, unread) VALUES (?1, ?2, ?3, 1)";
    NOTICES = "SELECT number, process, at, text FROM notice WHERE unread = 1 ORDER BY number LIMIT ?1";
    READ_NOTICES = "UPDATE notice SET unread = NULL WHERE unread = 1 AND number <= ?1";
    READ_NOTICES_OF = "UPDATE notice SET unread = NULL WHERE unread = 1 AND number <= ?1 AND process = ?2";

    // What is shown.
    PROCESS = concat!(process!("process p"), " WHERE p.id = ?1");
    ALL_PROCESSES = "SELECT id FROM process WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    PROCESSES_OF = "SELECT id FROM process WHERE owner = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2";
    ENDED_PROCESSES = "SELECT id FROM process WHERE status = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2";
    LIVE_PROCESSES = "SELECT process FROM live WHERE process < ?1 ORDER BY process DESC LIMIT ?2";
    PAUSED_PROCESSES = "SELECT process FROM live WHERE hold > 0 AND process < ?1 ORDER BY process DESC LIMIT ?2";
    READY_PROCESSES = "SELECT process FROM (SELECT process FROM ready WHERE at <= ?3 UNION \
        SELECT process FROM claim WHERE process > 0) WHERE process < ?1 ORDER BY process DESC LIMIT ?2";
    ASKING_PROCESSES = "SELECT DISTINCT process FROM wait WHERE kind >= 6 AND outcome IS NULL AND process < ?1 \
        ORDER BY process DESC LIMIT ?2";
    WAITS = wait!("wait w LEFT JOIN text n ON n.id = w.name WHERE w.process = ?1 ORDER BY w.thread, w.slot");
    WAITING = wait!("wait w LEFT JOIN text n ON n.id = w.name WHERE w.outcome IS NULL \
        AND w.process > 0 ORDER BY w.process, w.thread, w.slot");
    WAITING_DUE = wait!("(SELECT process FROM ready WHERE at <= ?1 UNION SELECT process FROM claim WHERE process > 0 \
        UNION SELECT process FROM live WHERE hold > 0 AND process > 0) found \
        CROSS JOIN wait w ON w.process = found.process LEFT JOIN text n ON n.id = w.name \
        WHERE w.outcome IS NULL AND w.due <= ?1 ORDER BY w.process, w.thread, w.slot");
    WAITING_NAMED = wait!("wait w LEFT JOIN text n ON n.id = w.name \
        WHERE w.name = ?1 AND w.kind >= 3 AND w.outcome IS NULL ORDER BY w.process, w.thread, w.slot");
    WAITING_KEY = wait!("wait_key k CROSS JOIN wait w \
        ON w.process = k.process AND w.thread = k.thread AND w.slot = k.slot LEFT JOIN text n ON n.id = w.name \
        WHERE k.name = ?1 AND k.rank IN (0, 1) AND k.key = ?2 ORDER BY w.process, w.thread, w.slot");
    WAITING_TOPIC = wait!("wait_key k CROSS JOIN wait w \
        ON w.process = k.process AND w.thread = k.thread AND w.slot = k.slot LEFT JOIN text n ON n.id = w.name \
        WHERE k.name = ?1 AND k.rank = 0 ORDER BY w.process, w.thread, w.slot");
    LAST_ENTRY = "SELECT coalesce(l.journal, p.journal), coalesce(l.turns, p.turns) FROM process p \
        LEFT JOIN live l ON l.process = p.id WHERE p.id = ?1";
    ENTRY = "SELECT number, previous, entry, link FROM journal WHERE id = ?1";

    // What people did; processes that leave and come.
    ADD_ACT = "INSERT INTO act (process, turns, at, person, kind, thread, slot, value, link) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    ACTS = "SELECT a.turns, a.at, t.value, a.kind, a.thread, a.slot, a.value, a.link FROM act a \
        CROSS JOIN text t ON t.id = a.person WHERE a.process = ?1 ORDER BY a.id";
    TURNS_OF = "SELECT turns, journal FROM live WHERE process = ?1";
    LIVE = "SELECT ready, hold, control, changed, turns, shared FROM live WHERE process = ?1";
    KEY_OF = "SELECT key, events_after FROM process WHERE id = ?1";
    OWN_STATE = "SELECT 0, state FROM own_thread WHERE process = ?1";
    STATES = "SELECT thread, state FROM thread WHERE process = ?1 ORDER BY thread";
    ORDER = "SELECT thread, slot FROM wait WHERE process = ?1 AND (outcome IS NOT NULL OR kind BETWEEN 3 AND 6) \
        ORDER BY number";
    RECEIVED = "SELECT thread, event FROM received WHERE process = ?1 ORDER BY thread, event";
    CARRIED = "SELECT event FROM carried WHERE process = ?1 ORDER BY event";
    RENUMBERED = "SELECT turn, number, event FROM renumbered WHERE process = ?1 ORDER BY turn, number, event";
    RENUMBERED_AS = "SELECT event FROM renumbered WHERE process = ?1 AND turn = ?2 AND number = ?3";
    IS_BEGUN = "SELECT EXISTS (SELECT 1 FROM wait WHERE process = ?1 AND kind = 4)";
    LIVE_BY_KEY = "SELECT p.id FROM process p CROSS JOIN live l ON l.process = p.id WHERE p.key = ?1 ORDER BY p.id LIMIT 1";
    IS_LIVE_HERE = "SELECT EXISTS (SELECT 1 FROM process p CROSS JOIN live l ON l.process = p.id \
        WHERE p.id = ?1 AND p.key IS NULL)";
    ADD_MOVED = "INSERT INTO process (code, owner, name, input, options, started, events_after, key) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    ADD_LIVE_AS = "INSERT INTO live (process, ready, hold, control, control_number, changed, turns, journal, shared) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    ADD_WAIT_AS = "INSERT INTO wait (process, thread, slot, kind, name, body, since, due, outcome, number, attempt, \
        repeatable, not_before, queued) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    ADD_CARRIED = "INSERT INTO carried VALUES (?1, ?2)";
    ADD_RENUMBERED = "INSERT OR IGNORE INTO renumbered VALUES (?1, ?2, ?3, ?4)";
    ADD_TAKEN_OUT = "INSERT INTO taken_out VALUES (?1, ?2)";
    HAS_LEFT = "SELECT EXISTS (SELECT 1 FROM process p CROSS JOIN taken_out t ON t.process = p.id \
        WHERE p.id = ?1 AND p.key IS NULL)";
    TAKEN_OUT = "SELECT file FROM taken_out WHERE process = ?1";
    JOURNAL_OF = "SELECT journal FROM live WHERE process = ?1";
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ALL;
    use crate::schema;

    /// What is gone through as a whole all the same: one row that is computed, and what an inner look-up found.
    const FOUND: &[&str] = &["SCAN CONSTANT ROW", "SCAN (subquery", "SCAN found"];

    #[test]
    fn no_statement_looks_through_a_table() {
        let opened = schema::open(Path::new(":memory:"));
        let (connection, _) = opened.expect("a store in memory");
        let mut bad = Vec::new();
        for (name, text) in ALL {
            if ["BEGIN_WRITE", "BEGIN_READ", "COMMIT", "ROLLBACK"].contains(name) {
                continue;
            }
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let lines: Vec<String> = plan
                .raw_query()
                .mapped(|row| row.get(3))
                .collect::<rusqlite::Result<_>>()
                .expect("a plan");
            for line in lines {
                let is_found = FOUND.iter().any(|found| line.starts_with(found));
                if line.starts_with("SCAN") && !is_found {
                    bad.push(format!("{name}: {line}"));
                }
                let sorts = [
                    "READY",
                    "ARRIVED",
                    "QUEUED",
                    "NEXT_OF",
                    "CANDIDATES",
                    "NOTICES",
                    "PEOPLE",
                    "NEXT_READY",
                ];
                if line.contains("TEMP B-TREE") && sorts.contains(name) {
                    bad.push(format!("{name}: {line}"));
                }
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
    }
}
