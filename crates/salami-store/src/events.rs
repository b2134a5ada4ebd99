//! Events: kept, found, given to who waits for them.

use salami_process::store::{EventId, NewEvent, Outcome, fields_of, fits, key_of};
use serde_json::{Map, Value};

use crate::calls::Place;
use crate::failure::Result;
use crate::row;
use crate::sql;
use crate::work::{Work, signed, unsigned};

/// How many events a wait may look at again each time that it begins, before it is written down how far it has
/// looked.
const LOOKED_AT: u64 = 8;

type Fields = Map<String, Value>;

/// The keys of a wait with these fields, the one that finds it first.
pub(crate) fn wait_keys(fields: &Fields) -> Vec<String> {
    let mut keys: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| key_of(name, value))
        .collect();
    if keys.is_empty() {
        keys.push(String::new());
    }
    keys
}

impl Work<'_> {
    /// Keeps an event and gives it to all that wait for it; `None`, if it was here before.
    pub(crate) fn publish(&mut self, new: &NewEvent) -> Result<Option<EventId>> {
        let topic = self.text(&new.topic)?;
        if let Some(unique) = &new.unique
            && self.value(sql::HAS_EVENT, (topic, unique))?
        {
            return Ok(None);
        }
        let event = (topic, &new.fields, self.now, &new.unique);
        let id = self.insert(sql::ADD_EVENT, event)?;
        let fields = fields_of(&new.fields);
        let mut keys = vec![String::new()];
        keys.extend(
            fields
                .iter()
                .filter_map(|(name, value)| key_of(name, value)),
        );
        let mut places: Vec<Place> = Vec::new();
        for key in &keys {
            self.execute(sql::ADD_EVENT_KEY, (topic, key, id))?;
            self.each(sql::WAITING_FOR, (topic, key), |row| {
                if fits(
                    &fields_of(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?),
                    &fields,
                ) {
                    places.push((row.get(0)?, row.get(1)?, row.get(2)?));
                }
                Ok(true)
            })?;
        }
        places.sort_unstable();
        // Of each thread the first.
        places.dedup_by_key(|place| (place.0, place.1));
        let id = unsigned(id)?;
        for place in places {
            self.give(place, topic, id)?;
        }
        Ok(Some(id))
    }

    /// Gives a wait the event that it waits for.
    fn give(&mut self, place: Place, topic: i64, event: EventId) -> Result<()> {
        let body: String = self.value(sql::BODY_AT, place)?;
        self.end_keys_of(place, topic, &body)?;
        self.deliver(place, row::EVENT, &Outcome::Event(event))
    }

    /// Gives an event that is kept to the first wait of a thread that waits for it.
    pub(crate) fn offer_to_thread(&mut self, process: i64, thread: i64, event: i64) -> Result<()> {
        let found = self.first(sql::EVENT, [event], |row| {
            Ok((
                row.get::<_, String>(1)?,
                fields_of(&row.get::<_, String>(2)?),
            ))
        })?;
        let Some((topic, fields)) = found else {
            return Ok(());
        };
        let topic = self.text(&topic)?;
        let mut place = None;
        self.each(sql::EVENT_WAITS, (process, thread, thread), |row| {
            let is_for = row.get::<_, i64>(2)? == topic
                && fits(&fields_of(&row.get::<_, String>(3)?), &fields);
            let here: Place = (process, row.get(0)?, row.get(1)?);
            if is_for && place.is_none_or(|first| here < first) {
                place = Some(here);
            }
            Ok(true)
        })?;
        match place {
            Some(place) => self.give(place, topic, unsigned(event)?),
            None => Ok(()),
        }
    }

    /// The first event that fits a wait which begins, came since its process was started, was not seen by its
    /// thread, and came for no other wait of it.
    ///
    /// Events that were seen or do not fit never come into question again for a thread and these fields; a cursor
    /// says up to where that is so.
    pub(crate) fn find_event(
        &self,
        place: Place,
        topic: i64,
        body: &str,
        wanted: &Fields,
    ) -> Result<Option<EventId>> {
        let (process, thread, _) = place;
        let keys = wait_keys(wanted);
        let key = keys.first().map_or("", String::as_str);
        let cursor = self.first(sql::CURSOR, (process, thread, topic, body), |row| {
            Ok(row.get(0)?)
        })?;
        let after: i64 = match cursor {
            Some(event) => event,
            None => self.value(sql::EVENTS_AFTER, [process])?,
        };
        if let Some(event) = self.find_carried(place, topic, wanted)? {
            return Ok(Some(event));
        }
        let mut passed = (0, after);
        let mut is_first = true;
        let mut found = None;
        self.each(sql::CANDIDATES, (topic, key, after), |row| {
            let event: i64 = row.get(0)?;
            let fields = fields_of(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            if !fits(wanted, &fields) || self.value(sql::IS_RECEIVED, (process, thread, event))? {
                if is_first {
                    passed = (passed.0 + 1, event);
                }
                return Ok(true);
            }
            is_first = false;
            if self.value(sql::IS_OUTCOME, (process, thread, event))? {
                return Ok(true);
            }
            found = Some(unsigned(event)?);
            Ok(false)
        })?;
        if passed.0 >= LOOKED_AT {
            let cursor = (process, thread, topic, body, passed.1);
            self.execute(sql::SET_CURSOR, cursor)?;
        }
        Ok(found)
    }

    /// The same among the events that came with the process from another store: all are older than those of the log that
    /// it sees.
    fn find_carried(&self, place: Place, topic: i64, wanted: &Fields) -> Result<Option<EventId>> {
        let (process, thread, _) = place;
        let mut found = None;
        self.each(sql::CANDIDATES_CARRIED, (topic, process, 0), |row| {
            let event: i64 = row.get(0)?;
            let fields = fields_of(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            let here = (process, thread, event);
            if fits(wanted, &fields)
                && !self.value(sql::IS_RECEIVED, here)?
                && !self.value(sql::IS_OUTCOME, here)?
            {
                found = Some(unsigned(event)?);
            }
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    pub(crate) fn add_keys_of(&self, place: Place, name: i64, fields: &Fields) -> Result<()> {
        for (index, key) in wait_keys(fields).iter().enumerate() {
            let rank = i64::from(index > 0);
            self.execute(sql::ADD_KEY, (name, rank, key, place.0, place.1, place.2))?;
        }
        Ok(())
    }

    pub(crate) fn end_keys_of(&self, place: Place, name: i64, body: &str) -> Result<()> {
        for (index, key) in wait_keys(&fields_of(body)).iter().enumerate() {
            let rank = i64::from(index > 0);
            self.execute(sql::END_KEY, (name, rank, key, place.0, place.1, place.2))?;
        }
        Ok(())
    }

    pub(crate) fn set_source(&self, name: &str, cursor: &str) -> Result<()> {
        self.execute(sql::SET_SOURCE, (name, cursor))?;
        Ok(())
    }

    /// The events after a number, of a topic or of all.
    pub(crate) fn events(
        &mut self,
        topic: Option<&str>,
        after: EventId,
        limit: i64,
    ) -> Result<Vec<salami_process::store::Event>> {
        match topic {
            None => self.all(sql::EVENTS, (signed(after), limit), row::event),
            Some(topic) => match self.known_text(topic)? {
                None => Ok(Vec::new()),
                Some(topic) => self.all(sql::EVENTS_OF, (signed(after), limit, topic), row::event),
            },
        }
    }
}
