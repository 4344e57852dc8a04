//! Words that say nothing of what a text is about, a list a language. They
//! also tell languages apart.

use super::language::Language;

/// Each language's list; accents may be left out in what people write.
pub(super) const LISTS: &[(Language, &str)] = &[
    (
        Language::English,
        "a an the and or but if so as than then that this these those there here of at by for from \
         in into on onto out off over up down to with without about after before between during \
         i me my mine myself we us our ours you your yours he him his she her hers it its they them \
         their theirs who whom whose which what when where why how am is are was were be been being \
         do does did doing done have has had having will would can could shall should may might must \
         not no nor only just too very also again any some such own same both each more most other \
         i'm i've i'll i'd you're you've you'll he's she's it's we're we've they're that's there's \
         what's don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't haven't \
         hasn't hadn't let's im ive dont didnt cant ok okay yes yeah oh hi hey hello please thanks \
         thank tell told said say get got \
         now much many else anything something",
    ),
    (
        Language::Spanish,
        "el la los las un una unos unas lo al del de a ante con contra desde en entre hacia hasta para \
         por según sin sobre tras y e o u ni que qué quien quién quienes cual cuál cuales cuáles cuyo \
         como cómo cuando cuándo donde dónde cuanto cuánto cuánta cuántos cuántas porque porqué pues si sí no \
         pero mas más aunque yo tú tu tus mi mí mis me te se nos os le les él ella ello ellos ellas \
         usted ustedes nosotros vosotros suyo mío mía su sus nuestro nuestra este esta esto estos estas ese esa eso \
         esos esas aquel aquella aquello es soy eres somos son era eran fue fueron ser sido está estoy \
         estás están estaba estar he has ha hemos han había haber hay tengo tiene tienes tenía muy ya \
         también tampoco todo toda todos todas algo alguien alguno algún alguna nada nadie otro otra \
         así entonces ahora aquí ahí allí hola gracias favor buenos buenas días dije dijiste dijo digo decir \
         actualmente puedo puedes puede podemos pueden voy vas va vamos van debo debe",
    ),
    (
        Language::Portuguese,
        "o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos \
         pelas para pra pro com sem sob sobre entre até desde e ou nem que quê quem qual quais como \
         quando onde quanto quanta quantos quantas porque porquê pois se sim não mas mais muito eu tu você vc vocês \
         ele ela eles elas nós me mim te ti lhe lhes nos meu minha meus minhas teu tua seu sua seus \
         suas nosso nossa este esta isto estes estas esse essa isso esses essas aquele aquela aquilo \
         é sou és somos são era eram foi foram ser sido está estou estão estava estar tem tenho têm \
         tinha ter há haver havia já também só ainda agora aqui ali lá então tudo todo toda todos todas \
         algo alguém algum alguma nada ninguém outro outra olá oi obrigado obrigada favor bom boa dia \
         disse disseste falei falou dizer \
         posso pode podem vou vai vamos vão gente atualmente",
    ),
    (
        Language::French,
        "le la les l un une des du de d au aux à en dans par pour sur sous avec sans chez vers entre \
         et ou où ni mais donc or car que qu qui quoi quel quelle quels quelles dont quand comment \
         combien pourquoi si oui non ne n pas plus moins très je j tu il elle on nous vous ils elles \
         me m te t se s lui leur leurs moi toi soi mon ma mes ton ta tes son sa ses notre nos votre \
         vos ce c cet cette ces ça cela ceci celui celle ceux celles y est es suis sommes êtes sont \
         était étais étaient être ai as a avons avez ont avait avais avoir fait faire c'est j'ai \
         qu'est est-ce aussi encore déjà toujours jamais rien tout toute tous toutes même autre autres \
         alors ici là bonjour bonsoir salut merci plaît s'il dit dire \
         maintenant actuellement peux peut pouvez vais va allez dois doit",
    ),
    (
        Language::German,
        "der die das den dem des ein eine einen einem einer eines und oder aber denn sondern doch ob \
         wenn als wie wo wann wer was wem wen wessen warum wieso welche welcher welches welchen in im an am auf aus bei \
         beim bis durch für gegen mit nach ohne über um unter von vom vor zu zum zur zwischen seit \
         während ich du er sie es wir ihr mich mir dich dir ihn ihm ihnen uns euch sich mein meine \
         meinen meinem meiner meines dein deine deinen sein seine seinen ihre ihren unser unsere euer \
         dieser diese dieses diesen jener ist bin bist sind seid war waren wäre gewesen habe hast hat \
         haben hatte hatten werde wird werden wurde würde kann kannst können konnte könnte muss soll \
         will wollte darf nicht kein keine keinen nur auch noch schon sehr so da dann dort hier mehr \
         man mal ja nein dass daß hallo danke bitte gesagt sagen guten \
         jetzt nun derzeit wieviel welchem",
    ),
    (
        Language::Italian,
        "il lo la i gli le l un uno una di del dello della dei degli delle a al allo alla ai agli alle \
         da dal dalla dai dalle in nel nello nella nei nelle con su sul sulla sui sulle per tra fra e \
         ed o od ma se che chi cui quale quali quando dove come quanto quanta quanti quante perché io tu lui lei noi voi \
         loro mi ti si ci vi ne me te mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra \
         questo questa questi queste quello quella quelli quelle è sono sei siamo siete era ero erano \
         essere stato stata ho hai ha abbiamo avete hanno aveva avevo avere non no sì più molto anche \
         ancora già solo sempre mai niente tutto tutta tutti tutte altro altra così allora qui lì ciao \
         grazie prego favore buongiorno buonasera detto dire c'è cos'è dov'è com'è \
         adesso ora cosa posso può potete devo deve",
    ),
    (
        Language::Dutch,
        "de het een en of maar want dat die dit deze wat wie waar wanneer hoe waarom welke in op aan uit van \
         voor met naar bij tot over onder door om te zonder tussen tegen ik jij je u hij zij ze wij we \
         jullie mij me jou hem haar ons hun hen mijn jouw uw zijn onze is ben bent was waren geweest \
         heb hebt heeft hebben had hadden word wordt worden werd kan kun kunnen kon moet zal zou wil \
         niet geen wel ook nog al er hier daar dan nu als zo meer heel ja nee hallo bedankt dank \
         gezegd zeggen",
    ),
    (
        Language::Swedish,
        "och att det i en jag hon som han på den med var sig för så till är men ett om hade de av icke \
         mig du henne då sin nu har inte hans honom skulle hennes där min man ej vid kunde något från ut \
         när efter upp vi dem vara vad över än dig kan sina här ha mot alla under någon eller allt mycket \
         sedan denna själv detta åt utan varit hur ingen mitt ni bli blev oss din dessa några deras mina \
         samma vilken er sådan vår blir vilka ditt vem vilket varför vars dina hej tack ja nej",
    ),
    (
        Language::Danish,
        "og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min \
         havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil \
         blev kunne ind når være dog noget ville jo deres efter ned skulle denne end dette mit også under \
         have dig anden hende mine alt meget sit sine vor mod disse hvis din nogle hos blive mange ad bliver \
         hendes været jer sådan hvornår hvem hvorfor hej tak ja nej",
    ),
    (
        Language::Norwegian,
        "og i jeg det at en et den til er som på de med han av ikke der så var meg seg men har om vi min \
         mitt ha hadde hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv \
         sjøl her alle vil bli ble blitt kunne inn når være kom noen noe ville dere deres kun ja etter ned \
         skulle denne for deg si sine sitt mot å meget hvorfor dette disse uten hvordan ingen din ditt blir \
         samme hvilken hvilke sånn mellom vår hver hvem hei takk nei",
    ),
    (
        Language::Finnish,
        "olla olen olet on olemme olette ovat ole oli olisi minä minun minut minua minulla minulle sinä sinun \
         sinut sinua sinulla hän hänen hänet me meidän te teidän he heidän tämä tämän tuo tuon se sen sitä \
         siinä siitä siihen nämä ne niiden kuka ketä mikä minkä mitä missä mistä mihin joka jonka jos ja ei en \
         et eivät että koska kuin mutta niin sekä sillä vai vaan vaikka kanssa myös nyt itse milloin miten \
         miksi kyllä hei moi kiitos",
    ),
    (
        Language::Hungarian,
        "a az egy és vagy de hogy ha nem is én te ő mi ti ők engem téged őt minket nekem neked neki nekünk \
         enyém ez azt ezt ezek azok ami amely aki akik amit ahol mikor hol hogyan miért mit ki kik van vagyok \
         vagy volt voltam lesz lenne legyen már még csak meg el fel le be ki igen nagyon itt ott most akkor \
         mert mint szerint szia köszönöm kérem",
    ),
    (
        Language::Romanian,
        "și si sau dar că ca de la în in pe cu fără din pentru prin despre către după un o unui unei niște al \
         ai ale a lui ei lor eu tu el ea noi voi ei ele mă te se ne vă îmi îți îi meu mea mei mele tău ta său sa \
         nostru acest această acesta aceasta acel acela ce cine care când unde cum cât de ce este e sunt ești \
         suntem era eram erau fost fi am ai are avem aveți au avea voi va vom nu mai foarte tot toată toți \
         da nu acum aici acolo bună salut mulțumesc rog",
    ),
    (
        Language::Russian,
        "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее её мне \
         было вот от меня еще ещё нет о из ему теперь когда даже ну вдруг ли если уже или ни быть был него \
         до вас нибудь опять уж вам ведь там потом себя ничего ей может они тут где есть надо ней для мы тебя \
         их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того потому этого какой \
         какая какое какие совсем ним здесь этом мой моя моё мои моей моего тем чтобы нее сейчас были куда зачем \
         всех никогда можно при наконец об другой хоть после над больше тот через эти нас про всего них твой твоя \
         много разве эту этой перед свою мной тобой привет спасибо пожалуйста сказал сказала говорил сколько",
    ),
    (
        Language::Turkish,
        "ve veya ya da de ki mi mı mu mü bir bu şu o ben sen biz siz onlar bana sana ona bize size onlara beni \
         seni onu bizi sizi benim senin onun bizim sizin onların bende sende ne neden niçin niye nasıl nerede \
         nereye nereden kim kime kimin hangi kaç zaman için ile gibi kadar göre sonra önce daha en çok az her \
         hiç bazı tüm bütün şey değil var yok evet hayır ama fakat ancak çünkü eğer ise olan olarak oldu olur \
         idi miydi mıydı dedi dedim dedin söyledi söyledim söyledin merhaba selam teşekkürler lütfen",
    ),
    (
        Language::Arabic,
        "في من إلى الى على عن مع هذا هذه ذلك تلك هؤلاء الذي التي الذين و أو او ثم لكن لا ما لم لن ليس إن ان أن \
         إذا اذا كان كانت كنت يكون تكون هو هي هم هن نحن أنا انا أنت انت أنتم كل بعض غير سوى بين عند قد لقد حتى \
         منذ كيف متى أين اين وين ماذا لماذا ليش شو ايش هل من كم أي اي هناك هنا به بها له لها لي لك لنا عليه عليها \
         فيه فيها منه منها عنه عنها إلي الي عندي عندك كما بعد قبل يا نعم ايوه مرحبا أهلا السلام عليكم شكرا \
         فضلك قلت قال أيضا جدا \
         الآن هلأ هلق دابا شنو وش اشنو اللي علاش ليه ايه فين شكون مين واش وشحال قديش امتى امتا بدي بدك ازاي عايز",
    ),
    (
        Language::Indonesian,
        "yang dan di ke dari untuk pada dengan dalam oleh atau tetapi tapi namun karena jika kalau agar supaya \
         ini itu saya aku kamu anda dia ia kami kita mereka nya adalah ialah akan sudah telah sedang masih belum \
         tidak bukan tak nggak gak ga enggak ada jadi juga hanya saja lagi sangat lebih paling seperti sebagai \
         apa siapa mana dimana kapan bagaimana gimana mengapa kenapa berapa apakah bisa dapat harus mau ingin \
         ya iya oh lalu kemudian maka para setiap semua bahwa bilang halo hai terima kasih makasih tolong \
         selamat yg dgn utk udah aja dong sih kok deh \
         sekarang buat nih lho",
    ),
    (
        Language::Hindi,
        "का के की को से में पर ने और या कि जो तो ही भी है हैं हूँ हूं हो था थे थी थीं होता होती होते हुआ हुई \
         हुए मैं मैंने मुझे मेरा मेरी मेरे हम हमें हमारा हमारी हमारे तुम तुम्हें तुम्हारा तुम्हारी आप आपको आपका आपकी आपके आपने \
         तुमने वह वे यह ये इस उस इन उन इसे उसे उसका उसकी उसके इसका इसकी इसके अपना अपनी अपने कोई कुछ क्या कब कहाँ \
         कहां कौन कौनसा कौनसी कैसे कैसा कैसी क्यों कितना कितने कितनी किस किसे जब तब अब यहाँ वहाँ नहीं न मत हाँ \
         जी लिए साथ तक बाद पहले एक गया गई गए रहा रही रहे कर करना करता करते करती किया दिया लिया था सकता सकते सकती \
         बताया कहा बहुत नमस्ते धन्यवाद शुक्रिया कृपया \
         अभी सा सी वाला वाली वाले",
    ),
    (
        Language::Hinglish,
        "ka ke ki ko se mein me par pe ne aur ya ki jo toh to hi bhi hai hain hun hoon hu ho tha the thi hota \
         hoti hote hua hui hue main maine mujhe mujhko mera meri mere hum humne humein hamara hamari hamare tum \
         tumhe tumhara tumhari aap aapko aapka aapki aapke aapne tumne tu tera teri tere woh wo voh yeh ye yah is \
         us in un ise use uska uski uske iska iski iske apna apni apne koi kuch kuchh kya kab kahan kaha kaun \
         kaunsa kaunsi kaise kaisa kaisi kyu kyun kyon kitna kitne kitni kis jab tab ab yahan wahan nahi nahin nai \
         nhi mat haan han ji liye saath tak baad ek gaya gayi gaye raha rahi rahe kar karo karna karta karte karti kiya \
         diya liya sakta sakte sakti bataya bola kaha bahut bohot namaste shukriya dhanyavad yaar bhai na hain \
         abhi wala wali wale sa si",
    ),
    (
        Language::Polish,
        "i w we z ze na do od po za o u przy dla przez pod nad bez między oraz lub albo ale że żeby aby bo więc \
         jak gdy kiedy gdzie co kto kogo komu czego czemu dlaczego ile czy jaki jaka jakie który która które ja ty \
         on ona ono my wy oni one mnie mi mną ciebie ci tobie jego jemu jej ją nas nam was wam ich im mój moja moje \
         twój twoja twoje swój nasz wasz ten ta to te tego tej tym tych tam tu tutaj teraz jest jestem jesteś są \
         był była było byli być będzie będę mam masz ma mają miał nie tak się już jeszcze tylko też także bardzo \
         cześć dzień dobry dziękuję proszę",
    ),
    (
        Language::Persian,
        "و در به از که این آن را با است برای تا بر هم یا اما اگر من تو او ما شما آنها ایشان خود هر چه چی چرا \
         چطور کجا کی کدام چند هست هستم هستی هستیم بود بودم شد شده می نمی نیست دارم دارد داره داری کرد کردم کرده \
         گفت گفتم گفتی یک نه بله آره خیلی هنوز دیگر دیگه سلام ممنون مرسی لطفا",
    ),
    (
        Language::Urdu,
        "کا کے کی کو سے میں پر نے اور یا کہ جو تو ہی بھی ہے ہیں ہوں ہو تھا تھے تھی میں میرا میری میرے مجھے ہم \
         ہمارا آپ آپ کو آپکا تم تمہارا وہ یہ اس ان اسے کوئی کچھ کیا کب کہاں کون کیسے کیوں کتنا کتنے جب تب اب نہیں \
         نہ جی ہاں لیے ساتھ تک بعد ایک گیا گئی رہا رہی رہے کر کرنا کیا دیا لیا کہا بتایا بہت سلام شکریہ",
    ),
    (
        Language::Bengali,
        "আমি আমার আমাকে আমরা আমাদের তুমি তোমার তোমাকে আপনি আপনার আপনাকে সে তার তাকে তারা তাদের এই ওই এটা ওটা \
         সেটা কি কী কে কখন কোথায় কেন কেমন কত কোন যে যা যখন যদি তবে তাহলে এবং ও আর বা কিন্তু থেকে জন্য সাথে সঙ্গে \
         মধ্যে উপর না নয় নেই হ্যাঁ আছে ছিল ছিলাম হয় হয়ে হবে করে করি করেছি করেছে করা করতে বলেছি বলেছিলাম বলেছে \
         একটা একটি খুব অনেক এখন তখন এখানে সেখানে নমস্কার ধন্যবাদ",
    ),
];
