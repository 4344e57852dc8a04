//! What phones write in their own language: in small letters, without `<>` and
//! full stops. A phrase that is missing here stays what it is, words.

use crate::domain::content::MediaKind;

/// The first half of the day, without dots and blanks.
#[rustfmt::skip]
pub(super) const FORENOON: &[&str] = &[
    "am", "vorm", "morgens", "ص", "صباحًا", "पूर्वाह्न", "पूर्व", "পূর্বাহ্ণ",
    "上午", "凌晨", "早上", "清晨", "午前", "오전", "sa", "pg", "öö", "πμ", "de", "dop", "fm",
];

/// The second half.
#[rustfmt::skip]
pub(super) const AFTERNOON: &[&str] = &[
    "pm", "nachm", "mittags", "abends", "م", "مساءً", "अपराह्न", "अपर", "অপরাহ্ণ",
    "下午", "中午", "晚上", "午後", "오후", "ch", "ptg", "ös", "μμ", "du", "odp", "em",
];

/// Something was there, whatever it was.
#[rustfmt::skip]
pub(super) const MEDIA: &[&str] = &[
    "media omitted", "file omitted",
    "multimedia omitido", "archivo omitido",
    "mídia oculta", "mídia omitida", "arquivo de mídia oculto", "ficheiro não revelado",
    "médias omis", "média omis", "fichier omis",
    "medien ausgeschlossen", "medien weggelassen",
    "media omessi", "media omesso",
    "media tidak disertakan",
    "मीडिया के बिना", "मीडिया छोड़ा गया", "मीडिया शामिल नहीं है",
    "تم استبعاد الوسائط",
    "media weggelaten", "media weggelaat", "pominięto multimedia", "pliki pominięto",
    "без медиафайлов", "файл пропущен", "медіа пропущено", "medya dahil edilmedi",
    "medya atlanmış", "media utelämnat", "media har utelämnats", "media utelatt",
    "uten vedlegg", "medier udeladt", "mediefil udeladt", "media jätettiin pois",
    "media jätetty pois", "média vynechány", "média vynechána", "médiá vynechané",
    "média elhagyva", "hiányzó médiafájl", "conținut media omis", "εξαίρεση πολυμέσων",
    "без файл", "medijski zapis izostavljen", "медији су изостављени", "medij izpuščen",
    "fitxers multimèdia omesos", "mitjans omesos", "bỏ qua media", "bỏ qua tệp phương tiện",
    "media disingkirkan", "media dikecualikan", "media imerukwa", 
    "המדיה לא נכללה", "מדיה הושמטה", "رسانه حذف شد", "میڈیا چھوڑ دیا گیا",
    "মিডিয়া বাদ দেওয়া হয়েছে", "মিডিয়া বাদ দেওয়া হয়েছে", "मीडिया वगळले", "मीडिया वगळण्यात आला",
    "મીડિયા અવગણવામાં આવ્યા", "ਮੀਡੀਆ ਛੱਡਿਆ", "மீடியா தவிர்க்கப்பட்டது", "మాధ్యమం విస్మరించబడింది",
    "ಮಾಧ್ಯಮ ಕೈಬಿಡಲಾಗಿದೆ", "മീഡിയ ഒഴിവാക്കി", "สื่อถูกลบ", "ไฟล์สื่อถูกลบ",
    "省略多媒体文件", "媒体省略", "忽略多媒體檔", "省略多媒體檔案",
    "メディアなし", "メディアは含まれていません", "미디어 파일 제외됨", "미디어 파일을 생략한 대화내용",
];

/// What was there, by kind. WhatsApp sends moving pictures as films.
#[rustfmt::skip]
pub(super) const OMITTED: &[(MediaKind, &[&str])] = &[
    (MediaKind::Picture, &[
        "image omitted", "photo omitted", "imagen omitida", "imagem ocultada", "imagem omitida",
        "image absente", "image omise", "bild weggelassen", "immagine omessa",
        "gambar tidak disertakan", "चित्र छोड़ दिया गया", "छवि छोड़ी गई", "الصورة غير مشمولة",
        "تم استبعاد الصورة", "afbeelding weggelaten", "изображение отсутствует", "画像は省略されました",
        "圖片已省略", "图片已省略", "图像已忽略", "이미지 생략됨", "görüntü dahil edilmedi",
    ]),
    (MediaKind::Video, &[
        "video omitted", "video message omitted", "video note omitted", "gif omitted",
        "video omitido", "gif omitido", "vídeo omitido", "vídeo ocultado", "gif omitida",
        "vidéo absente", "vidéo omise", "gif retiré", "gif absent", "video weggelassen",
        "gif weggelassen", "video omesso", "gif esclusa", "gif omesso", "video tidak disertakan",
        "gif tidak disertakan", "वीडियो छोड़ दिया गया", "الفيديو غير مشمول", "تم استبعاد الفيديو",
        "video weggelaten", "видео отсутствует", "gif отсутствует", "動画は省略されました",
        "影片已省略", "视频已省略", "동영상 생략됨", "video dahil edilmedi",
    ]),
    (MediaKind::Audio, &[
        "audio omitted", "voice message omitted", "audio omitido", "áudio ocultado",
        "áudio omitido", "audio absent", "audio omis", "audio weggelassen", "audio omesso",
        "audio tidak disertakan", "ऑडियो छोड़ दिया गया", "تم استبعاد الصوت", "audio weggelaten",
        "аудио отсутствует", "音声メッセージは省略されました", "語音訊息已省略", "音频已省略",
        "오디오 생략됨", "ses dahil edilmedi",
    ]),
    (MediaKind::Sticker, &[
        "sticker omitted", "sticker omitido", "figurinha omitida", "sticker absent",
        "sticker omis", "sticker weggelassen", "sticker non incluso", "sticker omesso",
        "stiker tidak disertakan", "स्टिकर छोड़ दिया गया", "تم استبعاد الملصق", "стикер отсутствует",
        "スタンプは省略されました", "貼圖已省略", "表情已省略", "스티커 생략됨", "çıkartma dahil edilmedi",
    ]),
    (MediaKind::Document, &[
        "document omitted", "documento omitido", "documento ocultado", "document absent",
        "document omis", "dokument weggelassen", "documento omesso", "dokumen tidak disertakan",
        "दस्तावेज़ छोड़ दिया गया", "تم استبعاد المستند", "document weggelaten", "документ отсутствует",
        "文書は省略されました", "文件已省略", "문서 생략됨", "belge dahil edilmedi",
    ]),
];

/// A contact card was there.
#[rustfmt::skip]
pub(super) const CONTACTS: &[&str] = &[
    "contact card omitted", "tarjeta de contacto omitida", "cartão do contato omitido",
    "fiche contact omise", "fiche contact absente", "kontaktkarte ausgelassen",
    "kontaktkarte weggelassen", "scheda contatto omessa", "kartu kontak tidak disertakan",
    "تم استبعاد جهة الاتصال", "контакт отсутствует", "連絡先カードは省略されました",
];

/// What stands behind a file's name in brackets.
#[rustfmt::skip]
pub(super) const ATTACHED: &[&str] = &[
    "file attached", "archivo adjunto", "arquivo anexado", "ficheiro anexado", "fichier joint",
    "datei angehängt", "file allegato", "file terlampir", "फ़ाइल संलग्न है", "फ़ाइल अटैच की गई",
    "الملف مرفق", "ملف مرفق", "bestand bijgevoegd", "файл добавлен", "файл додано", "dosya ekli",
    "plik załączony", "bifogad fil", "添付ファイル", "文件附件", "附件檔案", "파일 첨부됨",
];

/// Taken back by who wrote it.
#[rustfmt::skip]
pub(super) const DELETED: &[&str] = &[
    "this message was deleted", "you deleted this message", "message deleted",
    "this message was deleted by an admin",
    "se eliminó este mensaje", "este mensaje fue eliminado", "eliminaste este mensaje",
    "esta mensagem foi apagada", "essa mensagem foi apagada", "mensagem apagada",
    "você apagou esta mensagem", "apagou esta mensagem", "esta mensagem foi eliminada",
    "ce message a été supprimé", "vous avez supprimé ce message", "message supprimé",
    "diese nachricht wurde gelöscht", "du hast diese nachricht gelöscht",
    "questo messaggio è stato eliminato", "hai eliminato questo messaggio",
    "pesan ini telah dihapus", "pesan ini dihapus", "anda menghapus pesan ini",
    "anda telah menghapus pesan ini",
    "यह मैसेज हटा दिया गया", "यह संदेश हटा दिया गया", "यह मैसेज डिलीट कर दिया गया",
    "आपने यह मैसेज हटा दिया", "आपने यह संदेश हटा दिया", "आपने यह मैसेज डिलीट कर दिया",
    "تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة", "حذفت هذه الرسالة",
    "dit bericht is verwijderd", "u hebt dit bericht verwijderd",
    "это сообщение удалено", "данное сообщение удалено", "вы удалили это сообщение",
    "bu mesaj silindi", "bu mesajı sildiniz", "このメッセージは削除されました",
    "此消息已删除", "您删除了此消息", "訊息已刪除", "삭제된 메시지입니다",
];

/// What stands behind words that were changed.
#[rustfmt::skip]
pub(super) const EDITED: &[&str] = &[
    "this message was edited", "se editó este mensaje", "este mensaje fue editado",
    "esta mensagem foi editada", "mensagem editada", "ce message a été modifié",
    "diese nachricht wurde bearbeitet", "questo messaggio è stato modificato",
    "pesan ini diedit", "pesan ini telah diedit", "यह मैसेज एडिट किया गया",
    "यह मैसेज एडिट किया गया है", "इस मैसेज में बदलाव किया गया", "تم تعديل هذه الرسالة",
    "dit bericht is bewerkt", "это сообщение изменено", "сообщение изменено", "bu mesaj düzenlendi",
];

/// A part of what an iPhone tells under the name of a group or its member.
#[rustfmt::skip]
pub(super) const NOTICES: &[&str] = &[
    "end-to-end", "extremo a extremo", "ponta a ponta", "bout en bout", "ende-zu-ende",
    "एंड-टू-एंड", "تشفير", "مشفرة", "created group", "created this group", "created the group",
    "added you", "you added", "changed the group", "changed this group", "changed the subject",
    "security code", "now an admin", "joined using", "disappearing messages",
    "is a contact", "creó el grupo", "te añadió", "criou o grupo", "adicionou você",
    "a créé le groupe", "vous a ajouté", "hat die gruppe", "ha creato il gruppo",
    "membuat grup", "menambahkan anda", "أنشأ المجموعة", "ने ग्रुप",
];
