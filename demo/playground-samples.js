/**
 * A sentence that an assistant could have said, in each language that the widget speaks.
 *
 * @type {Record<string, { text: string, dir: "ltr" | "rtl" }> & { en: { text: string, dir: "ltr" } }}
 */
export const SAMPLES = {
  en: { dir: "ltr", text: "The morning train to Seville takes two hours and forty minutes." },
  ar: { dir: "rtl", text: "يستغرق قطار الصباح إلى إشبيلية ساعتين وأربعين دقيقة." },
  de: { dir: "ltr", text: "Der Morgenzug nach Sevilla braucht zwei Stunden und vierzig Minuten." },
  es: { dir: "ltr", text: "El tren de la mañana a Sevilla tarda dos horas y cuarenta minutos." },
  fa: { dir: "rtl", text: "قطار صبح به سویل دو ساعت و چهل دقیقه طول می‌کشد." },
  fr: { dir: "ltr", text: "Le train du matin pour Séville met deux heures et quarante minutes." },
  he: { dir: "rtl", text: "רכבת הבוקר לסביליה נוסעת שעתיים וארבעים דקות." },
  hi: { dir: "ltr", text: "सेविले जाने वाली सुबह की ट्रेन दो घंटे चालीस मिनट लेती है।" },
  it: { dir: "ltr", text: "Il treno del mattino per Siviglia impiega due ore e quaranta minuti." },
  ja: { dir: "ltr", text: "セビリア行きの朝の列車は2時間40分かかります。" },
  ko: { dir: "ltr", text: "세비야행 아침 열차는 2시간 40분 걸립니다." },
  nl: {
    dir: "ltr",
    text: "De ochtendtrein naar Sevilla doet er twee uur en veertig minuten over.",
  },
  pl: { dir: "ltr", text: "Poranny pociąg do Sewilli jedzie dwie godziny i czterdzieści minut." },
  "pt-BR": { dir: "ltr", text: "O trem da manhã para Sevilha leva duas horas e quarenta minutos." },
  tr: { dir: "ltr", text: "Sevilla’ya giden sabah treni iki saat kırk dakika sürer." },
  uk: { dir: "ltr", text: "Ранковий потяг до Севільї їде дві години сорок хвилин." },
  "zh-Hans": { dir: "ltr", text: "开往塞维利亚的早班火车需要两小时四十分钟。" },
  "zh-Hant": { dir: "ltr", text: "開往塞維利亞的早班火車需要兩小時四十分鐘。" },
};
