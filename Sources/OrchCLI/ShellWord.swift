/// Words of commands that people are told to type.
enum ShellWord {
    /// A text as one word of a shell: as it is where nothing in it means something to a shell, else in quotes.
    static func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "-_./:@%+,=".unicodeScalars.contains(scalar)
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
