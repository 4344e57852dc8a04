//! What the demonstration says, in the languages it says it in. Who writes in
//! another one, even if it is understood, reads English.

use super::facts::{contains, plain};

/// The lines of one language. `{}` stands for what the person said.
pub(super) struct Lines {
    pub who_i_am: &'static str,
    /// Names only phrases that `facts` and the questions really recognise.
    pub what_i_can: &'static str,
    /// The same to be tapped; 24 characters fit.
    pub menu: [&'static str; 3],
    pub cannot: &'static str,
    pub hello: &'static str,
    pub hello_name: &'static str,
    pub welcome: &'static str,
    pub your_name: &'static str,
    pub no_name: &'static str,
    pub nothing: &'static str,
    pub known: &'static str,
    pub said: &'static str,
    pub asked: &'static str,
    pub met: &'static str,
    pub renamed: &'static str,
    pub noted: &'static str,
    pub and: &'static str,
}

/// The lines in the language of the newest text that tells its language.
pub(super) fn of<'a>(newest_first: impl Iterator<Item = &'a str>) -> &'static Lines {
    newest_first.filter_map(written_in).next().unwrap_or(&ENGLISH)
}

/// A short text is told by its letters or by the first word that stands in
/// one list only: guessing wrong would be worse than English.
fn written_in(text: &str) -> Option<&'static Lines> {
    let letter = |range: std::ops::RangeInclusive<char>| text.chars().any(|c| range.contains(&c));
    let text = plain(text);
    let word = |words: &str| text.split(' ').any(|word| contains(words, word));
    match () {
        () if letter('\u{900}'..='\u{97f}') => Some(&HINDI),
        () if letter('\u{620}'..='\u{64a}') => Some(&ARABIC),
        () if word(SPANISH_WORDS) => Some(&SPANISH),
        () if word(PORTUGUESE_WORDS) => Some(&PORTUGUESE),
        () if word(ENGLISH_WORDS) => Some(&ENGLISH),
        () => None,
    }
}

const SPANISH_WORDS: &str = "hola gracias ayuda llamo llámame soy nombre cómo cuál qué sabes gusta \
    gustan encanta prefiero recuerda buenos buenas días tardes noches";

const PORTUGUESE_WORDS: &str = "olá oi obrigado obrigada ajuda chamo sou meu minha você não \
    gosto prefiro lembre lembra lembre-se bom boa noite";

const ENGLISH_WORDS: &str = "hi hello hey thanks thank help my name is what what's i i'm you the \
    like love remember good morning evening";

pub(super) const ENGLISH: Lines = Lines {
    who_i_am: "I'm a demo without a language model: I only recognise a few patterns.",
    what_i_can: "Tell me your name, what you like, or \"remember that …\", and later ask \"what is my name?\" or \"what do you know about me?\"",
    menu: ["What is my name?", "What do you know?", "Who are you?"],
    cannot: "I can't answer that.",
    hello: "Hello!",
    hello_name: "Hello {}! Nice to hear from you again.",
    welcome: "You're welcome!",
    your_name: "Your name is {}.",
    no_name: "You haven't told me your name yet.",
    nothing: "Nothing yet.",
    known: "From what you wrote to me:",
    said: "You said: \"{}\"",
    asked: "You asked me to remember: \"{}\"",
    met: "Nice to meet you, {}!",
    renamed: "All right, {} it is.",
    noted: "I'll remember {}.",
    and: "and",
};

const SPANISH: Lines = Lines {
    who_i_am: "Soy una demo sin modelo de lenguaje: solo reconozco unas pocas frases.",
    what_i_can: "Dime «me llamo …», «me gusta …» o «recuerda que …», y luego pregunta «¿cómo me llamo?» o «¿qué sabes de mí?».",
    menu: ["¿Cómo me llamo?", "¿Qué sabes de mí?", "Ayuda"],
    cannot: "A eso no puedo responder.",
    hello: "¡Hola!",
    hello_name: "¡Hola, {}! Qué gusto leerte de nuevo.",
    welcome: "¡De nada!",
    your_name: "Te llamas {}.",
    no_name: "Todavía no me has dicho tu nombre.",
    nothing: "Todavía nada.",
    known: "Por lo que me escribiste:",
    said: "Dijiste: «{}»",
    asked: "Me pediste que recordara: «{}»",
    met: "¡Mucho gusto, {}!",
    renamed: "De acuerdo, {}.",
    noted: "Lo recordaré: {}.",
    and: "y",
};

const PORTUGUESE: Lines = Lines {
    who_i_am: "Sou uma demonstração sem modelo de linguagem: só reconheço algumas frases.",
    what_i_can: "Diga «me chamo …», «gosto de …» ou «lembre que …», e depois pergunte «qual é o meu nome?» ou «o que você sabe sobre mim?».",
    menu: ["Qual é o meu nome?", "O que você sabe?", "Ajuda"],
    cannot: "A isso não sei responder.",
    hello: "Olá!",
    hello_name: "Olá, {}! Que bom ler você de novo.",
    welcome: "De nada!",
    your_name: "Seu nome é {}.",
    no_name: "Você ainda não me disse o seu nome.",
    nothing: "Ainda nada.",
    known: "Pelo que você me escreveu:",
    said: "Você disse: «{}»",
    asked: "Você me pediu para lembrar: «{}»",
    met: "Prazer, {}!",
    renamed: "Certo, {}.",
    noted: "Vou lembrar: {}.",
    and: "e",
};

const HINDI: Lines = Lines {
    who_i_am: "यह बिना भाषा मॉडल का डेमो है: यहाँ केवल कुछ वाक्य समझे जाते हैं।",
    what_i_can: "लिखिए «मेरा नाम … है» या «याद रखना कि …», और बाद में पूछिए «मेरा नाम क्या है?» या «मेरे बारे में क्या पता है?»",
    menu: ["मेरा नाम क्या है?", "मेरे बारे में क्या पता?", "मदद"],
    cannot: "इसका जवाब मेरे पास नहीं है।",
    hello: "नमस्ते!",
    hello_name: "नमस्ते {}! फिर से आपका संदेश पाकर अच्छा लगा।",
    welcome: "आपका स्वागत है!",
    your_name: "आपका नाम {} है।",
    no_name: "आपने अभी तक अपना नाम नहीं बताया।",
    nothing: "अभी कुछ नहीं।",
    known: "आपने जो लिखा, उससे:",
    said: "आपने कहा: «{}»",
    asked: "आपने याद रखने को कहा: «{}»",
    met: "आपसे मिलकर अच्छा लगा, {}!",
    renamed: "ठीक है, {}।",
    noted: "याद रहेगा: {}।",
    and: "और",
};

const ARABIC: Lines = Lines {
    who_i_am: "هذا عرض تجريبي بلا نموذج لغوي: لا أتعرف إلا على بضع عبارات.",
    what_i_can: "اكتب «اسمي …» أو «أحب …» أو «تذكر أن …»، ثم اسأل «ما اسمي؟» أو «ماذا تعرف عني؟»",
    menu: ["ما اسمي؟", "ماذا تعرف عني؟", "مساعدة"],
    cannot: "لا أستطيع الإجابة عن ذلك.",
    hello: "مرحبا!",
    hello_name: "مرحبا {}! سعيد بسماع أخبارك من جديد.",
    welcome: "على الرحب والسعة!",
    your_name: "اسمك {}.",
    no_name: "لم تخبرني باسمك بعد.",
    nothing: "لا شيء بعد.",
    known: "مما كتبته لي:",
    said: "قلت: «{}»",
    asked: "طلبت أن أتذكر: «{}»",
    met: "تشرفنا، {}!",
    renamed: "حسنا، {}.",
    noted: "سأتذكر: {}.",
    and: "و",
};

#[cfg(test)]
pub(super) const ALL: [&Lines; 5] = [&ENGLISH, &SPANISH, &PORTUGUESE, &HINDI, &ARABIC];

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(texts: &[&str]) -> &'static str {
        of(texts.iter().rev().copied()).hello
    }

    #[test]
    fn the_newest_words_that_tell_choose_the_language() {
        assert_eq!(speaks(&["hola"]), "¡Hola!");
        assert_eq!(speaks(&["Qual é o meu nome?"]), "Olá!");
        assert_eq!(speaks(&["मेरा नाम रवि है"]), "नमस्ते!");
        assert_eq!(speaks(&["ما اسمي؟"]), "مرحبا!");
        assert_eq!(speaks(&["hola", "José"]), "¡Hola!", "a bare name tells nothing");
        assert_eq!(speaks(&["hola", "What is my name?"]), "Hello!");
        assert_eq!(speaks(&["je m'appelle Zoé"]), "Hello!");
        assert_eq!(speaks(&["👍", ""]), "Hello!");
    }
}
