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
    /// Noted elsewhere: no more has to be said.
    pub fine: &'static str,
    /// All that was said is known.
    pub i_know: &'static str,
    /// So does it write already.
    pub i_do: &'static str,
    pub be_formal: &'static str,
    pub be_informal: &'static str,
    pub wants_formal: &'static str,
    /// `{day}` stands for when.
    pub wrote_on: &'static str,
    pub wrote: &'static str,
    pub not_found: &'static str,
}

/// What is said otherwise to who wants it formal.
struct Formal {
    hello: &'static str,
    hello_name: &'static str,
    welcome: &'static str,
    your_name: &'static str,
    met: &'static str,
    wrote_on: &'static str,
    wrote: &'static str,
}

impl Lines {
    const fn formal(self, formal: Formal) -> Self {
        let Formal { hello, hello_name, welcome, your_name, met, wrote_on, wrote } = formal;
        Self { hello, hello_name, welcome, your_name, met, wrote_on, wrote, ..self }
    }
}

/// The lines in the language of the newest text that tells its language.
pub(super) fn of<'a>(newest_first: impl Iterator<Item = &'a str>, formal: bool) -> &'static Lines {
    let [usual, polite] = newest_first.filter_map(written_in).next().unwrap_or(&IN_ENGLISH);
    if formal { polite } else { usual }
}

/// As usual, and to who wants it formal.
type Registers = [Lines; 2];

/// A short text is told by its letters or by the first word that stands in
/// one list only: guessing wrong would be worse than English.
fn written_in(text: &str) -> Option<&'static Registers> {
    let letter = |range: std::ops::RangeInclusive<char>| text.chars().any(|c| range.contains(&c));
    let text = plain(text);
    let word = |words: &str| text.split(' ').any(|word| contains(words, word));
    match () {
        () if letter('\u{900}'..='\u{97f}') => Some(&IN_HINDI),
        () if letter('\u{620}'..='\u{64a}') => Some(&IN_ARABIC),
        () if word(SPANISH_WORDS) => Some(&IN_SPANISH),
        () if word(PORTUGUESE_WORDS) => Some(&IN_PORTUGUESE),
        () if word(ENGLISH_WORDS) => Some(&IN_ENGLISH),
        () => None,
    }
}

const SPANISH_WORDS: &str = "hola gracias ayuda llamo llámame soy nombre cómo cuál qué sabes gusta \
    gustan encanta prefiero recuerda usted sé sea seas lenguaje buenos buenas días tardes noches";

const PORTUGUESE_WORDS: &str = "olá oi obrigado obrigada ajuda chamo sou meu minha você não \
    gosto prefiro lembre lembra lembre-se seja linguagem chame chamar bom boa noite";

const ENGLISH_WORDS: &str = "hi hello hey thanks thank help my name is what what's i i'm you the \
    like love remember please prefer call good morning evening";

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
    fine: "All right.",
    i_know: "I know that already.",
    i_do: "I do already.",
    be_formal: "I will write to you formally.",
    be_informal: "All right, no formalities.",
    wants_formal: "You want me to write formally.",
    wrote_on: "On {day} you wrote: \"{}\"",
    wrote: "You wrote: \"{}\"",
    not_found: "I find nothing of that in what you wrote to me.",
};

const IN_ENGLISH: Registers = [
    ENGLISH,
    ENGLISH.formal(Formal {
        hello: "Good day.",
        hello_name: "Good day, {}. It is a pleasure to hear from you again.",
        welcome: "You are most welcome.",
        your_name: "Your name is {}.",
        met: "It is a pleasure to meet you, {}.",
        wrote_on: "On {day} you wrote: \"{}\"",
        wrote: "You wrote: \"{}\"",
    }),
];

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
    fine: "De acuerdo.",
    i_know: "Eso ya lo sé.",
    i_do: "Ya lo hago.",
    be_formal: "Le escribiré de usted.",
    be_informal: "De acuerdo, nos tuteamos.",
    wants_formal: "Quieres que te trate de usted.",
    wrote_on: "El {day} escribiste: «{}»",
    wrote: "Escribiste: «{}»",
    not_found: "No encuentro nada de eso en lo que me escribiste.",
};

const IN_SPANISH: Registers = [
    SPANISH,
    SPANISH.formal(Formal {
        hello: "Buenos días.",
        hello_name: "Buenos días, {}. Es un placer saludarle de nuevo.",
        welcome: "No hay de qué.",
        your_name: "Se llama usted {}.",
        met: "Es un placer conocerle, {}.",
        wrote_on: "El {day} escribió usted: «{}»",
        wrote: "Escribió usted: «{}»",
    }),
];

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
    fine: "Certo.",
    i_know: "Isso eu já sei.",
    i_do: "Já faço isso.",
    be_formal: "Vou escrever de modo formal.",
    be_informal: "Certo, sem formalidades.",
    wants_formal: "Você quer que eu escreva de modo formal.",
    wrote_on: "Em {day} você escreveu: «{}»",
    wrote: "Você escreveu: «{}»",
    not_found: "Não encontro nada disso no que você me escreveu.",
};

const IN_PORTUGUESE: Registers = [
    PORTUGUESE,
    PORTUGUESE.formal(Formal {
        hello: "Saudações.",
        hello_name: "Saudações, {}. É uma satisfação receber novamente sua mensagem.",
        welcome: "Estou à disposição.",
        your_name: "Seu nome é {}.",
        met: "É uma satisfação conhecer você, {}.",
        wrote_on: "Em {day} você escreveu: «{}»",
        wrote: "Você escreveu: «{}»",
    }),
];

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
    fine: "ठीक है।",
    i_know: "यह पहले से याद है।",
    i_do: "पहले से ऐसा ही लिखा जा रहा है।",
    be_formal: "अब से औपचारिक भाषा में लिखा जाएगा।",
    be_informal: "ठीक है, अब औपचारिकता नहीं।",
    wants_formal: "आप चाहते हैं कि औपचारिक भाषा में लिखा जाए।",
    wrote_on: "{day} को आपने लिखा: «{}»",
    wrote: "आपने लिखा: «{}»",
    not_found: "आपने जो लिखा, उसमें ऐसा कुछ नहीं मिला।",
};

const IN_HINDI: Registers = [
    HINDI,
    HINDI.formal(Formal {
        hello: "सादर नमस्कार।",
        hello_name: "सादर नमस्कार, {} जी। आपका संदेश पुनः पाकर प्रसन्नता हुई।",
        welcome: "आपका हार्दिक स्वागत है।",
        your_name: "आपका शुभ नाम {} है।",
        met: "आपसे परिचय पाकर प्रसन्नता हुई, {} जी।",
        wrote_on: "{day} को आपने लिखा था: «{}»",
        wrote: "आपने लिखा था: «{}»",
    }),
];

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
    fine: "حسنا.",
    i_know: "أعرف ذلك من قبل.",
    i_do: "أفعل ذلك بالفعل.",
    be_formal: "سأكتب إليكم بلغة رسمية.",
    be_informal: "حسنا، بلا رسميات.",
    wants_formal: "تريد أن أكتب بلغة رسمية.",
    wrote_on: "في {day} كتبت: «{}»",
    wrote: "كتبت: «{}»",
    not_found: "لا أجد شيئا من ذلك فيما كتبته لي.",
};

const IN_ARABIC: Registers = [
    ARABIC,
    ARABIC.formal(Formal {
        hello: "تحية طيبة.",
        hello_name: "تحية طيبة، {}. يسعدنا تواصلكم من جديد.",
        welcome: "في خدمتكم.",
        your_name: "اسمكم {}.",
        met: "تشرفنا بمعرفتكم، {}.",
        wrote_on: "في {day} كتبتم: «{}»",
        wrote: "كتبتم: «{}»",
    }),
];

#[cfg(test)]
pub(super) const ALL: [&Lines; 5] = [&ENGLISH, &SPANISH, &PORTUGUESE, &HINDI, &ARABIC];

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(texts: &[&str]) -> &'static str {
        of(texts.iter().rev().copied(), false).hello
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
        assert_eq!(of(["hola"].into_iter(), true).hello, "Buenos días.");
    }
}
