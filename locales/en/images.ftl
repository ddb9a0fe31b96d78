# Operating system images.

images-boot-direct = Kernel given directly
images-boot-disk = From its disk
images-state-active = On offer
images-state-retired = Retired

error-images-name = An image needs a name of 1 to 80 characters.
error-images-family = A family has 1 to 40 characters of a-z, 0-9 and hyphen.
error-images-path = Give an absolute path without “..”.
error-images-file_wanted = { $boot ->
    [direct] To boot a kernel directly, its path is needed.
   *[disk] To boot from a disk, its path is needed.
}
error-images-file_unused = { $boot ->
    [direct] A kernel that is given directly has no use for this.
   *[disk] What boots from its disk has no use for this.
}
error-images-command_line = The command line may have up to 1,000 characters on one line.
error-images-minimum = Must be 0 to { $most }.
error-images-name_taken = Another image has this name.
error-images-retired = The image is retired already.
error-images-not_offered = This image is not offered (any more). Please choose again.
