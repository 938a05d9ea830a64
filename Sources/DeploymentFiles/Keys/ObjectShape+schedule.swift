extension ObjectShape {
    /// A schedule: one of cron, interval and rrule, and how it is kept to.
    static let schedule = ObjectShape(
        name: "a schedule",
        keys: [
            KeyShape(
                "slug", .text,
                "What it is called within the deployment; defaults to default, then default-2 and so on."),
            KeyShape("cron", .text, "Five fields, such as \"0 7 2 * *\", or @monthly."),
            KeyShape("interval", .span, "A length of time between two slots."),
            KeyShape("rrule", .prose, "A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO."),
            KeyShape("timezone", .text, "A zone of the IANA database, such as Europe/Berlin; defaults to UTC."),
            KeyShape(
                "day_or", .flag,
                "Of a cron rule that names both days: whether either of them is enough; defaults to true."),
            KeyShape(
                "anchor_date", .text, "A time of an interval rule from which slots are counted.", otherNames: ["anchor"]
            ),
            KeyShape("active", .flag, "Whether it makes runs; defaults to true."),
            KeyShape("parameters", .map(.any), "Parameters of its runs, over those of the deployment."),
            KeyShape("starts", .text, "No slots before this time.", otherNames: ["start_date"]),
            KeyShape("ends", .text, "No slots from this time on.", otherNames: ["end_date"]),
            KeyShape("jitter", .span, "By how much a run may be late on purpose; defaults to 0."),
            KeyShape("catchup", .flag, "Whether slots before it was made get runs; defaults to false."),
            KeyShape(
                "missed", .choice(["all", "latest", "none"]),
                "Which slots get runs after a downtime; defaults to latest."),
            KeyShape("catchup_window", .span, "How old a missed slot may be; defaults to 365 days."),
            KeyShape(
                "overlap",
                .choice(["skip", "buffer-one", "buffer-all", "cancel-other", "terminate-other", "allow"]),
                "What happens while a run of it is at work; defaults to skip."),
            KeyShape("max_queued", .whole(0...1_000_000), "How many of its runs may wait; defaults to any number."),
            KeyShape(
                "pause_after_failures", .whole(1...1_000_000),
                "After how many failures in a row it is paused; defaults to never."),
        ],
        foreign: [
            ForeignKey(
                "replaces", "the slug that it had before", here: "a schedule with another slug is another schedule")
        ])
}
