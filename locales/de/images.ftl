# Betriebssystemabbilder.

images-boot-direct = Kernel direkt übergeben
images-boot-disk = Von seiner Platte
images-state-active = Im Angebot
images-state-retired = Zurückgezogen

error-images-name = Ein Abbild braucht einen Namen mit 1 bis 80 Zeichen.
error-images-family = Eine Familie hat 1 bis 40 Zeichen aus a-z, 0-9 und Bindestrich.
error-images-path = Geben Sie einen absoluten Pfad ohne „..“ an.
error-images-file_wanted = { $boot ->
    [direct] Um einen Kernel direkt zu starten, wird sein Pfad gebraucht.
   *[disk] Um von einer Platte zu starten, wird ihr Pfad gebraucht.
}
error-images-file_unused = { $boot ->
    [direct] Ein direkt übergebener Kernel braucht das nicht.
   *[disk] Was von seiner Platte startet, braucht das nicht.
}
error-images-command_line = Die Befehlszeile darf bis zu 1.000 Zeichen in einer Zeile haben.
error-images-minimum = Muss zwischen 0 und { $most } liegen.
error-images-name_taken = Ein anderes Abbild hat diesen Namen.
error-images-retired = Das Abbild ist bereits zurückgezogen.
error-images-not_offered = Dieses Abbild wird nicht (mehr) angeboten. Bitte wählen Sie neu.
