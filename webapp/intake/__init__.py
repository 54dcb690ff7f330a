"""How files arrive: resumable uploads by the tus protocol, and archives that are unpacked."""
