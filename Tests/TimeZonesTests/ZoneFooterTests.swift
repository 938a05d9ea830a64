import Testing

@testable import TimeZones

@Suite("What a zone's file says of the years to come") struct ZoneFooterTests {
    @Test(
        "a rule gives the offset of an instant",
        arguments: [
            ("GMT0BST,M3.5.0/1,M10.5.0", 1_782_900_000, 3600), ("GMT0BST,M3.5.0/1,M10.5.0", 1_768_000_000, 0),
            ("<+0530>-5:30", 1_782_900_000, 19_800), ("EST5EDT,M3.2.0,M11.1.0", 1_782_900_000, -14_400),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_768_000_000, 39_600), ("EST5EDT,J60,J300", 1_782_900_000, -14_400),
            ("EST5EDT,59,300/-2", 1_782_900_000, -14_400),
            // Dublin: the summer's time is the standard one, the winter's is an hour behind it.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_782_900_000, 3600), ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_768_000_000, 0),
            // Gaza: two days after the fourth Thursday at 02:00.
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", 1_774_648_799, 7200),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", 1_774_656_000, 10_800),
            // Always summer.
            ("XXX3EDT4,0/0,J365/23", 1_782_900_000, -14_400), ("XXX3EDT4,0/0,J365/23", 1_767_225_600, -14_400),
        ])
    func offsets(text: String, instant: Int64, offset: Int64) throws {
        let footer = try #require(ZoneFooter(text))
        let rules = ZoneRules(first: Int32(footer.standard), changes: [], footer: footer)
        #expect(rules.offset(at: instant) == offset)
    }

    @Test(
        "what is no rule is none",
        arguments: [
            "", "X", "EST", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,M3.2.0", "EST999", "EST5EDT,M3.2.0,M11.1.0x", "EST27",
            "EST5EDT", "EST5EDT,J0,J5", "EST5EDT,M3.2.0/168,M11.1.0", "<+3",
        ])
    func noRule(text: String) { #expect(ZoneFooter(text) == nil) }

    @Test("the calendar agrees with itself over its cycle") func calendar() {
        #expect(Gregorian.day(ofNewYear: 1970) == 0)
        #expect(Gregorian.day(ofNewYear: 2000) == 10_957)
        for year in Int64(1600)...2401 {
            let day = Gregorian.day(ofNewYear: year)
            #expect(Gregorian.day(ofNewYear: year + 1) - day == (Gregorian.isLeap(year) ? 366 : 365))
            #expect(Gregorian.year(ofDay: day) == year && Gregorian.year(ofDay: day - 1) == year - 1)
        }
        #expect(Gregorian.weekday(ofDay: 0) == 4 && Gregorian.weekday(ofDay: -4) == 0)
    }
}
