//! Shapes of what brokers and banks export.

mod kinds;

use kinds::Kind;

#[test]
fn schwab() {
    Kind {
        file: "Individual_XXX123_Transactions.csv",
        one: r#""Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"12/31/2025","Buy","AAPL","APPLE INC","10","$250.12","","-$2501.20"
"12/15/2025 as of 12/12/2025","Cash Dividend","MSFT","MICROSOFT CORP","","","","$83.00"
"12/02/2025","Sell","TSLA","TESLA INC","5","$410.00","$0.05","$2049.95"
"#,
        siblings: &[
            // Whole numbers, no fees at all.
            r#""Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"01/20/2026","Buy","NVDA","NVIDIA CORP","3","$180","","-$540"
"01/13/2026","MoneyLink Transfer","","Tfr JPMORGAN CHASE","","","","$1000"
"#,
            // Only one row, all numbers empty but one.
            r#""Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"02/28/2026","Bank Interest","","BANK INT 012826-022726","","","","$0.42"
"#,
        ],
        strangers: &[
            // Another order of columns.
            r#""Date","Symbol","Action","Description","Quantity","Price","Fees & Comm","Amount"
"12/31/2025","AAPL","Buy","APPLE INC","10","$250.12","","-$2501.20"
"12/02/2025","TSLA","Sell","TESLA INC","5","$410.00","$0.05","$2049.95"
"#,
            // ISO dates.
            r#""Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"2025-12-31","Buy","AAPL","APPLE INC","10","$250.12","","-$2501.20"
"2025-12-02","Sell","TSLA","TESLA INC","5","$410.00","$0.05","$2049.95"
"#,
        ],
        values: &["AAPL", "APPLE INC", "Cash Dividend", "250.12", "12/31/2025"],
    }
    .check();
}

#[test]
fn schwab_with_title_and_total() {
    Kind {
        file: "schwab.csv",
        one: r#""Transactions  for account Individual ...123 as of 12/31/2025 09:12:33 ET"
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount",
"12/30/2025","Buy","AAPL","APPLE INC","10","$250.12","","-$2501.20",
"12/02/2025","Sell","TSLA","TESLA INC","5","$410.00","$0.05","$2049.95",
"Transactions Total","","","","","","","-$451.25",
"#,
        siblings: &[
            r#""Transactions  for account Joint Tenant ...987 as of 01/31/2026 10:00:00 ET"
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount",
"01/13/2026","Sell","GOOG","ALPHABET INC","7","$190.5","$0.05","$1333.45",
"01/12/2026","Sell","GOOG","ALPHABET INC","7","$190.5","$0.05","$1333.45",
"01/10/2026","Sell","GOOG","ALPHABET INC","7","$190.5","","$1333.5",
"Transactions Total","","","","","","","$4000.40",
"#,
        ],
        strangers: &[
            // No title.
            r#""Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount",
"12/30/2025","Buy","AAPL","APPLE INC","10","$250.12","","-$2501.20",
"12/02/2025","Sell","TSLA","TESLA INC","5","$410.00","$0.05","$2049.95",
"Transactions Total","","","","","","","-$451.25",
"#,
        ],
        values: &["Individual", "AAPL", "451.25"],
    }
    .check();
}

#[test]
fn fidelity() {
    let head = "\u{feff}\n\nBrokerage\n\nRun Date,Account,Action,Symbol,Security Description,Security Type,Exchange Quantity,Exchange Currency,Quantity,Currency,Price ($),Commission ($),Fees ($),Accrued Interest ($),Amount ($),Settlement Date\n";
    let foot = "\n\n\"The data and information in this spreadsheet is provided to you solely for your use and is not for distribution.\"\n\n\"Brokerage services are provided by Fidelity Brokerage Services LLC.\"\n\nDate downloaded 01/05/2026 3:14 am\n";
    let one = format!(
        "{head} 12/30/2025,Z12345678,YOU BOUGHT FIDELITY 500 INDEX FUND (FXAIX),FXAIX,FIDELITY 500 INDEX FUND,Cash,0,,1.234,USD,230.11,,,,-283.96,12/31/2025\n 12/15/2025,Z12345678,DIVIDEND RECEIVED SPAXX,SPAXX,FIDELITY GOVERNMENT MONEY MARKET,Cash,0,,0,USD,,,,,4.17,\n{foot}"
    );
    let other = format!(
        "{head} 01/30/2026,X99999999,YOU SOLD VANGUARD TOTAL (VTI),VTI,VANGUARD TOTAL STOCK MARKET,Cash,0,,-5,USD,300,,0.01,,1499.99,02/02/2026\n{foot}"
    );
    let third = format!(
        "{head} 02/27/2026,X99999999,YOU SOLD VTI,VTI,VANGUARD,Margin,0,,-5,USD,300,4.95,0.01,,1499.99,03/02/2026\n 02/26/2026,X99999999,YOU SOLD VTI,VTI,VANGUARD,Margin,0,,-15,USD,300,4.95,0.01,,4495.04,03/02/2026\n 02/25/2026,X99999999,JOURNALED,,No Description,Cash,0,,0,USD,,,,,100,\n{foot}"
    );
    let comma = one
        .replace("283.96", "\"283,96\"")
        .replace("230.11", "\"230,11\"")
        .replace("4.17", "\"4,17\"");
    let renamed = one.replace("Run Date", "Trade Date");
    Kind {
        file: "Accounts_History.csv",
        one: &one,
        siblings: &[&other, &third],
        strangers: &[&comma, &renamed],
        values: &["Z12345678", "FXAIX", "DIVIDEND", "solely"],
    }
    .check();
}

#[test]
fn interactive_brokers() {
    let one = "Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers LLC
Statement,Data,Period,\"December 1, 2025 - December 31, 2025\"
Account Information,Header,Field Name,Field Value
Account Information,Data,Name,Jane Doe
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee,Basis,Realized P/L,Code
Trades,Data,Order,Stocks,USD,AAPL,\"2025-12-03, 10:31:22\",10,250.1,-2501,-1,2502,0,O
Trades,Data,Order,Stocks,USD,MSFT,\"2025-12-09, 15:02:10\",-3,480.55,1441.65,-1.02,-1300,140.63,C
Trades,SubTotal,,Stocks,USD,AAPL,,10,,-2501,-1,2502,0,
Trades,Total,,Stocks,USD,,,,,-1059.35,-2.02,1202,140.63,
Dividends,Header,Currency,Date,Description,Amount
Dividends,Data,USD,2025-12-15,MSFT(US5949181045) Cash Dividend USD 0.83 per Share,24.9
Dividends,Data,Total,,,24.9
";
    let sibling = "Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers Ireland Limited
Statement,Data,Period,\"January 1, 2026 - January 31, 2026\"
Account Information,Header,Field Name,Field Value
Account Information,Data,Name,John Smith
Account Information,Data,Base Currency,EUR
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee,Basis,Realized P/L,Code
Trades,Data,Order,Stocks,EUR,SAP,\"2026-01-14, 09:00:05\",1,220,-220,-3,223,0,O
Trades,Total,,Stocks,EUR,,,,,-220,-3,223,0,
Dividends,Header,Currency,Date,Description,Amount
Dividends,Data,EUR,2026-01-20,SAP Cash Dividend,2
Dividends,Data,Total,,,2
";
    let extra = format!(
        "{one}Net Asset Value,Header,Asset Class,Prior Total,Current Total\nNet Asset Value,Data,Stocks,10,12\n"
    );
    let epoch = one
        .replace("\"2025-12-03, 10:31:22\"", "20251203;103122")
        .replace("\"2025-12-09, 15:02:10\"", "20251209;150210");
    // A month without dividends.
    let (second, _) = sibling.split_once("Dividends,").expect("dividends");
    Kind {
        file: "U1234567_2025.csv",
        one,
        siblings: &[sibling, second],
        strangers: &[&extra, &epoch],
        values: &["Jane Doe", "AAPL", "Interactive Brokers", "1441.65"],
    }
    .check();
}

#[test]
fn degiro() {
    let head = "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,\n";
    let one = format!(
        "{head}30-12-2025,15:48,VANGUARD S&P500,IE00B3XXRP09,EAM,XAMS,3,\"112,45\",EUR,\"-337,35\",EUR,\"-337,35\",,\"0,00\",\"-3,00\",\"-340,35\",1c2e,\n29-12-2025,10:11,ASML HOLDING,NL0010273215,EAM,XAMS,-1,\"900,10\",EUR,\"900,10\",EUR,\"900,10\",,\"0,00\",\"-3,00\",\"897,10\",77ab,\n"
    );
    let sibling = format!(
        "{head}05-01-2026,09:00,PROSUS,NL0013654783,EAM,XAMS,10,50,EUR,-500,EUR,-500,,,,-500,9f9f,\n"
    );
    let second = format!(
        "{head}12-02-2026,09:00,APPLE INC,US0378331005,NDQ,SOHO,1,\"250,1200\",USD,\"-250,12\",USD,\"-230,01\",\"1,0874\",\"-0,58\",\"-2,00\",\"-232,59\",9f9f,\n"
    );
    let point = one
        .replace("112,45", "112.45")
        .replace("337,35", "337.35")
        .replace("0,00", "0.00")
        .replace("3,00", "3.00")
        .replace("340,35", "340.35")
        .replace("900,10", "900.10")
        .replace("897,10", "897.10");
    let semicolon = one.replace("\"", "").replace(',', ";");
    Kind {
        file: "Transactions.csv",
        one: &one,
        siblings: &[&sibling, &second],
        strangers: &[&point, &semicolon],
        values: &["VANGUARD", "IE00B3XXRP09", "337,35"],
    }
    .check();
}

#[test]
fn bank_with_preamble_and_totals() {
    let one = "\"Konto:\";\"Girokonto DE12500105170648489890\";;;;
\"Zeitraum:\";\"01.12.2025 - 31.12.2025\";;;;
\"Kontostand vom 31.12.2025:\";\"1.234,56 EUR\";;;;
;;;;;
\"Buchungsdatum\";\"Wertstellung\";\"Zahlungsempfänger\";\"Verwendungszweck\";\"Betrag (€)\";\"Kundenreferenz\"
\"30.12.2025\";\"30.12.2025\";\"REWE SAGT DANKE\";\"Kartenzahlung\";\"-45,67\";\"\"
\"15.12.2025\";\"15.12.2025\";\"Max Mustermann\";\"Miete Januar\";\"-850,00\";\"4711\"
\"01.12.2025\";\"01.12.2025\";\"ACME GmbH\";\"Gehalt\";\"3.100,00\";\"\"
\"Summe\";\"\";\"\";\"\";\"2.204,33\";\"\"
";
    let sibling = "\"Konto:\";\"Girokonto DE12500105170648489890\";;;;
\"Zeitraum:\";\"01.01.2026 - 31.01.2026\";;;;
\"Kontostand vom 31.01.2026:\";\"900 EUR\";;;;
;;;;;
\"Buchungsdatum\";\"Wertstellung\";\"Zahlungsempfänger\";\"Verwendungszweck\";\"Betrag (€)\";\"Kundenreferenz\"
\"03.01.2026\";\"05.01.2026\";\"Stadtwerke\";\"Strom\";\"-60\";\"\"
\"Summe\";\"\";\"\";\"\";\"-60\";\"\"
";
    let second = sibling.replace("\"Strom\"", "\"Gas; Abschlag 1/2026\"");
    let other_preamble = one.replace("\"Zeitraum:\"", "\"Filiale:\";\"\";\"\";;;\n\"Zeitraum:\"");
    let american = one
        .replace("30.12.2025", "12/30/2025")
        .replace("15.12.2025", "12/15/2025")
        .replace("01.12.2025", "12/01/2025");
    Kind {
        file: "umsaetze.csv",
        one,
        siblings: &[sibling, &second],
        strangers: &[&other_preamble, &american],
        values: &[
            "REWE",
            "Max Mustermann",
            "DE12500105170648489890",
            "3.100,00",
            "Girokonto",
        ],
    }
    .check();
}

#[test]
fn excel_with_declared_delimiter() {
    Kind {
        file: "export.csv",
        one: "sep=;\nArtikel;Menge;Preis;Datum\nSchraube M4;100;0,12;05.11.2025\nMutter;200;0,08;06.11.2025\n",
        siblings: &[
            "sep=;\nArtikel;Menge;Preis;Datum\nBohrer;1;12;24.12.2025\n",
            "sep=;\r\nArtikel;Menge;Preis;Datum\r\nSäge;;19,99;01.02.2026\r\nFeile;2;;02.02.2026\r\n",
        ],
        strangers: &[
            "Artikel;Menge;Preis;Datum\nSchraube M4;100;0,12;05.11.2025\nMutter;200;0,08;06.11.2025\n",
            "sep=,\nArtikel,Menge,Preis,Datum\nSchraube M4,100,0.12,05.11.2025\nMutter,200,0.08,06.11.2025\n",
        ],
        values: &["Schraube", "Mutter", "0,12"],
    }
    .check();
}

#[test]
fn epoch_instants() {
    Kind {
        file: "candles.csv",
        one: "timestamp,open,high,low,close,volume\n1767225600000,87500.1,88000,87000.5,87900,12.5\n1767229200000,87900,88100,87800,88000,9\n",
        siblings: &[
            "timestamp,open,high,low,close,volume\n1769904000000,1,2,1,2,0\n",
            "timestamp,open,high,low,close,volume\n1769904000000,1.5,2,1,2,\n1769907600000,1,2,1,2,\n1769911200000,1,2,1,2,3.25\n",
        ],
        strangers: &[
            "timestamp,open,high,low,close,volume\n1767225600,87500.1,88000,87000.5,87900,12.5\n1767229200,87900,88100,87800,88000,9\n",
            "timestamp,open,high,low,close,volume\n2026-01-01T00:00:00Z,87500.1,88000,87000.5,87900,12.5\n2026-01-01T01:00:00Z,87900,88100,87800,88000,9\n",
        ],
        values: &["87500", "1767225600000"],
    }
    .check();
}

#[test]
fn without_names() {
    Kind {
        file: "readings.csv",
        one: "2025-12-01,Kitchen,21.5,ok\n2025-12-02,Cellar,12.25,ok\n2025-12-03,Kitchen,20,low battery\n",
        siblings: &[
            "2026-01-01,Garage,5,ok\n2026-01-02,Garage,4,ok\n",
            "2026-01-01,Bedroom,18.5,ok\n2026-01-02,Bath,,sensor lost\n2026-01-03,Bath,22,ok\n2026-01-04,Bath,22,ok\n",
        ],
        strangers: &[
            "2025-12-01,21.5,Kitchen,ok\n2025-12-02,12.25,Cellar,ok\n2025-12-03,20,Kitchen,low battery\n",
            "12/31/2025,Kitchen,21.5,ok\n12/30/2025,Cellar,12.25,ok\n12/29/2025,Kitchen,20,low battery\n",
        ],
        values: &["kitchen", "cellar", "21.5", "low battery"].map(|value| match value {
            "kitchen" => "Kitchen",
            "cellar" => "Cellar",
            value => value,
        }),
    }
    .check();
}

#[test]
fn years_as_columns() {
    Kind {
        file: "population.csv",
        one: "Country,2023,2024,2025\nGermany,83.2,83.4,83.5\nFrance,68.0,68.2,68.4\n",
        siblings: &[
            "Country,2020,2021,2022,2023,2024\nItaly,59,59,58.9,58.9,58.8\n",
            "Country,2024,2025\nSpain,48.5,49\nPortugal,10.5,\n",
        ],
        strangers: &[
            "Region,2023,2024,2025\nGermany,83.2,83.4,83.5\nFrance,68.0,68.2,68.4\n",
            "Country,Total\nGermany,83.2\nFrance,68.0\n",
        ],
        values: &["Germany", "2024", "83.2"],
    }
    .check();
}
