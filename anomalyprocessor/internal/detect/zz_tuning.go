package detect

func Par() any { return &par }
