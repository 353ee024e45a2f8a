"""Common English words, of which text prompts are made. Most are one token in most vocabularies;
which ones are in the one at hand is found out by counting. Lower case, no repeats; their order is
of no account.
"""

_TEXT = """
able about above accept account across act action active actual add address advance affect after
again age agree air all allow almost alone along already also although always among amount and
animal another answer any appear apply approach area argue arm army around arrive art article ask
attack attention average avoid away baby back bad balance ball bank bar base basic battle beach bear
beat beautiful because become bed before begin behavior behind believe benefit best better between
beyond big bill bird bit black block blood blue board boat body book border born both bottom box boy
brain branch bread break bring broad brother brown budget build building burn business busy but buy
call camp campaign can cancer capital car card care career carry case cat catch cause cell center
central century certain chain chair challenge chance change chapter character charge cheap check
child choice choose church circle citizen city claim class clean clear climate clock close cloth
cloud coach coast code coffee cold collect college color column combine come comfort command comment
common community company compare complete computer concern condition conduct connect consider
contain content continue control cook cool copy corner correct cost cotton could count country
couple course court cover create credit crime cross crowd culture cup current customer cut cycle
damage dance danger dark data date daughter day dead deal death debate decade decide deep defense
degree deliver demand depend describe desert design desk detail develop device die differ difficult
dinner direct discover discuss disease distance divide doctor document dog dollar door double doubt
down draft draw dream dress drink drive drop dry during dust duty each early earn earth east easy
eat edge education effect effort eight either election electric else empty end enemy energy engine
enjoy enough enter entire equal error escape even evening event ever every evidence exact example
except exchange exist expect expert explain express extend extra eye face fact factor fail fair
faith fall false family famous far farm fast father fear feature federal feed feel field fight
figure file fill film final find fine finger finish fire firm first fish five fix flat flight floor
flow flower fly focus follow food foot for force foreign forest forget form former forward found
four frame free fresh friend from front fruit full fund future game garden gas gate general get gift
girl give glass goal gold good grade grain grand grant grass great green ground group grow growth
guard guess guide hair half hall hand happen happy hard hat have head health hear heart heat heavy
height help here hero hide high hill history hit hold hole home hope horse hospital host hot hotel
hour house how however huge human hundred hunt ice idea image impact import include increase indeed
index industry inform inside instead interest into invest iron island issue item itself job join
joint journey judge jump just keep key kick kid kill kind king kitchen knee know labor lack lady
lake land language large last late later laugh law lay lead leader leaf learn least leave left leg
legal length less lesson let letter level library lie life lift light like likely limit line link
lip list listen little live load loan local lock long look lord lose loss lot loud love low luck
lunch machine magic mail main major make male man manage many map mark market mass master match
matter may maybe mean measure meat media medical meet member memory mention message metal method
middle might mile military milk mind mine minute miss mission mix model modern moment money month
moon moral more morning most mother motion mountain mouth move movie much music must name narrow
nation natural nature near neck need network never new news next nice night nine none noon nor
normal north nose not note nothing notice now number object observe ocean off offer office officer
often oil old once one only onto open operate opinion option orange order other our out outside over
own owner pack page pain paint pair paper parent park part partner party pass past path patient
pattern pay peace people per percent perfect perform perhaps period person phone photo phrase pick
picture piece place plan plane plant plate play player please point police policy poor popular
population position possible post pound power practice prepare present president press pressure
pretty prevent price print prison private problem process produce product profit program project
proof proper protect prove provide public pull purpose push put quality quarter queen question quick
quiet quite race radio rain raise range rate rather reach read ready real reason receive recent
record red reduce refer reflect region relate release remain remember remove repeat reply report
represent require research resource respond rest result return review rich ride right ring rise risk
river road rock role roll roof room root rope round route row rule run rural safe sail salt same
sample sand save say scale scene school science score sea search season seat second secret section
see seed seek seem sell send sense separate serious serve service set seven several shake shape
share sharp sheet shelf ship shirt shoe shop short should shoulder show side sign silver similar
simple since sing single sister site six size skill skin sky sleep slow small smile smoke smooth
snow social society soft soil soldier some son song soon sort sound source south space speak special
speed spend spirit split sport spot spread spring square staff stage stand star start state station
stay steel step stick still stock stone stop store storm story straight strange stream street strike
string strong structure student study style subject success such sudden sugar suit summer sun supply
support sure surface surprise sweet swim system table tail take talk tall target task taste tax
teach team tell ten term test text than thank that the then theory there thick thin thing think
third this those though thousand three through throw thus tie time tiny title today together tone
tonight too tool tooth top total touch toward tower town track trade train travel treat tree trial
trip trouble truck true trust truth try turn twelve twenty twice two type under understand unit
until upon upper use usual valley value various vast very view village visit voice vote wait walk
wall want war warm wash watch water wave way weak wealth wear weather week weight well west what
wheel when where whether which while white who whole why wide wife wild will win wind window wine
wing winter wire wise wish with within without woman wonder wood word work world worry worth would
write wrong yard year yellow yes yet you young zero
"""

WORDS = tuple(_TEXT.split())
